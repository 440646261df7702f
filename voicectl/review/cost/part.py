"""The bill as a part of the page."""

from typing import Final, Literal

from voicectl.review import page
from voicectl.review.cost.bill import NOT_COUNTED, Bill
from voicectl.review.cost.prices import REGION, Prices
from voicectl.review.cost.seed import SOURCE, SeedTable, beside_seed
from voicectl.review.cost.usage import Load

At = Literal["floor", "average", "ceiling"]
LOADS: Final[tuple[At, ...]] = ("floor", "average", "ceiling")


def cost_part(bill: Bill, *, prices: Prices) -> page.Cost:
    """Round a bill to what people read: cents, and a millionth of a dollar for a minute."""
    seed = beside_seed(bill)
    used = {key for line in bill.lines for key in line.prices} | {"network.nat_gb", "network.out_gb"}
    return page.Cost(
        region_of_prices=REGION,
        lines=tuple(
            page.CostLine(group=line.group, what=line.what, usd_per_month=_usd(line.usd), prices=line.prices)
            for line in bill.lines
        ),
        usd_per_month=_usd(bill.usd),
        per_session_minute=tuple(_per_minute(bill, at) for at in LOADS),
        data_usd_per_session_minute=round(bill.data_usd, 6),
        prices=tuple(_price(key, prices) for key in prices if key in used),
        unpriced=bill.unpriced,
        not_counted=NOT_COUNTED,
        seed=_seed(seed) if seed else None,
    )


def _per_minute(bill: Bill, at: At) -> page.PerMinute:
    full, half = (bill.per_session_minute(at, use=use) for use in (1, 0.5))
    return page.PerMinute(
        at=at,
        sessions=round(getattr(bill.sessions, at), 1),
        full_use=None if full is None else round(full, 6),
        half_use=None if half is None else round(half, 6),
    )


def _price(key: str, prices: Prices) -> page.PriceRow:
    price = prices[key]
    return page.PriceRow(
        key=key, unit=price.unit, usd=price.usd, date=price.date, source=price.source, verified=not price.unverified
    )


def _seed(seed: SeedTable) -> page.Seed:
    return page.Seed(
        source=SOURCE,
        sessions=seed.sessions,
        our_sessions=seed.our_sessions,
        rows=tuple(
            page.SeedRow(what=row.what, seed=row.seed, ours=None if row.ours is None else round(row.ours, 2))
            for row in seed.lines
        ),
        printed_total=seed.printed,
        added_total=seed.added,
        our_total=round(seed.ours, 2),
        usd_per_session_minute=round(seed.per_session_minute, 6),
    )


def _usd(load: Load) -> page.Usd:
    return page.Usd(floor=round(load.floor, 2), average=round(load.average, 2), ceiling=round(load.ceiling, 2))
