from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("voice_sessions", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="voicesession",
            name="recording_started_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
