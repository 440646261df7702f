"""The WSGI application that granian's workers load."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "control_plane.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from runtime.kit import logs

application = get_wsgi_application()
logs.configure(settings.ENVIRONMENT)
