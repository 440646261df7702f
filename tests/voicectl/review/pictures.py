"""`python -m tests.voicectl.review.pictures`: docs/review.png and docs/environment.svg, made anew after a change."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any, Final

from config.load import load
from tests.frontend.browser import running_browser
from tests.synthesis import synthesize
from tests.voicectl.review.edited import edited, only
from voicectl.review.making import review_of
from voicectl.review.show.drawing import svg_of
from voicectl.review.show.html import html_of
from voicectl.review.sides import Side, Sides
from voicectl.review.templates import read_assembly

DOCS: Final = Path(__file__).parents[3] / "docs"
WIDTH, HEIGHT = 1320, 1390  # as far as the map's end


def endanger_data(template: dict[str, Any]) -> None:
    """What nobody should merge unseen."""
    database = only(template, "AWS::RDS::DBInstance")["Properties"]
    database.update(DBInstanceIdentifier="voice", BackupRetentionPeriod=1)


def open_ssh(template: dict[str, Any]) -> None:
    """Nor this."""
    rule = {"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "Description": "SSH"}
    only(template, "AWS::EC2::SecurityGroup", like="NodesAccess")["Properties"]["SecurityGroupIngress"].append(rule)


def allow_deletion(template: dict[str, Any]) -> None:
    """What no rule knows, and a person should."""
    policy = only(template, "AWS::IAM::Policy", like="TaskTaskRoleDefaultPolicy")["Properties"]["PolicyDocument"]
    policy["Statement"].append(
        {"Effect": "Allow", "Action": "rds:DeleteDBInstance", "Resource": "arn:aws:rds:us-east-1:1:db:voice"}
    )


async def main() -> None:
    """Synthesize production, seed three mistakes, and take the page's beginning."""
    with tempfile.TemporaryDirectory() as temporary:
        before = Path(temporary) / "before"
        synthesize(load("prod"), before, reviewed=True)
        middle = edited(before, into=Path(temporary) / "middle", stack="data", edit=endanger_data)
        opened = edited(middle, into=Path(temporary) / "opened", stack="media", edit=open_ssh)
        after = edited(opened, into=Path(temporary) / "after", stack="agents", edit=allow_deletion)
        review = review_of(Sides(Side("prod", read_assembly(after)), Side("main", read_assembly(before))))
        file = Path(temporary) / "review.html"
        file.write_text(html_of(review))
        async with running_browser() as browser:
            page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
            await page.goto(file.as_uri())
            await page.screenshot(path=DOCS / "review.png")
        (DOCS / "environment.svg").write_text(
            svg_of(review_of(Sides(Side("prod", read_assembly(before)), None)).diagram)
        )


if __name__ == "__main__":
    asyncio.run(main())
