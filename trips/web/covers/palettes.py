"""About a dozen flat inks per picture, chosen by climate, season and the light of the first outing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trips.web.covers.ink import blend
from trips.web.covers.subject import CoverInput, Light


@dataclass(frozen=True, slots=True)
class Palette:
    """The inks of one print, each ``#rrggbb``."""

    sky_top: str
    sky_low: str
    sun: str
    water: str
    ripple: str
    far: str
    stone: str
    joint: str
    near: str
    mid: str
    glint: str
    leaf: str
    snow: str = "#ffffff"

    @property
    def shade(self) -> str:
        """The dark of leaves: greener than the near ink of warm palettes."""
        return blend(self.leaf, "#1d2f2b", 0.5)


DRY = Palette(
    "#cfe3e6", "#eef0de", "#fff6d6", "#9cc6cd", "#5d95a1", "#e3cf9d",
    "#e6c79b", "#b28a58", "#7b3f2c", "#b8795a", "#f6fbf7", "#7c8650",
)  # fmt: skip
HUMID = Palette(
    "#bfe0e2", "#fdeecb", "#f9c35c", "#4ba3ad", "#2d7f8d", "#7fa68f",
    "#f0dcae", "#cdb27d", "#17504b", "#3d7f66", "#e9fbf5", "#3d7f66",
)  # fmt: skip
ALPINE = Palette(
    "#cfe2ea", "#f3efe0", "#fbe7a8", "#8fc0c9", "#5c98a6", "#a9bfc9",
    "#7d9c86", "#5d7f6c", "#1f4a45", "#4b7a6c", "#ffffff", "#2c5a4c",
)  # fmt: skip
TEMPERATE = Palette(
    "#c3dbe7", "#f4efdc", "#fff3c4", "#8db6c4", "#56899b", "#b9c4bd",
    "#e2d3b8", "#a8957a", "#3d4b5f", "#8d93a0", "#f7fbfa", "#5f8a63",
)  # fmt: skip
MEDITERRANEAN = Palette(
    "#b5dae8", "#fcecc9", "#fbd07a", "#5fa9bd", "#33809a", "#bcb88f",
    "#f0cfa6", "#c58f60", "#7c3c2c", "#c4744f", "#fdfaf0", "#55744a",
)  # fmt: skip
GROUND = {"dry": DRY, "humid": HUMID, "alpine": ALPINE, "temperate": TEMPERATE, "mediterranean": MEDITERRANEAN}

DAWN_SKY = {
    "dry": ("#e9d7d6", "#f6cfb4"),
    "humid": ("#d3dde2", "#fcd2a9"),
    "alpine": ("#cfd6e6", "#f8d5bd"),
    "temperate": ("#d5d3e0", "#f9cfb0"),
    "mediterranean": ("#dcd3de", "#fbcba2"),
}
DUSK_SKY = {
    "dry": ("#1f2f55", "#8f6a8c"),
    "humid": ("#17365a", "#c27c7e"),
    "alpine": ("#1d3358", "#8c7aa0"),
    "temperate": ("#21335b", "#b57b8c"),
    "mediterranean": ("#24315d", "#cf7f78"),
}


def palette_for(subject: CoverInput) -> Palette:
    """The inks for a place in a month in a light.

    A humid place inland is dry outside its rains (Varanasi in November is rose and buff); high places turn in autumn
    and whiten in winter; temperate leaves follow the season.
    """
    group = subject.climate_group
    if group == "humid" and subject.water != "coast" and not _rains(subject):
        group = "dry"
    noon = _in_season(GROUND[group], group, subject)
    if subject.light == "dawn":
        return _at_dawn(noon, *DAWN_SKY[group])
    if subject.light == "dusk":
        return _at_dusk(noon, *DUSK_SKY[group])
    return noon


def _rains(subject: CoverInput) -> bool:
    rainy = {6, 7, 8, 9} if subject.latitude >= 0 else {12, 1, 2, 3}
    return subject.month in rainy


def _in_season(noon: Palette, group: str, subject: CoverInput) -> Palette:
    if group == "humid" and _rains(subject):
        return replace(noon, sky_top="#b9cbd2", sky_low="#e6e9dc", water="#5f9da0", sun="#f4ecd0", leaf="#2f7a58")
    if group == "alpine" and subject.autumn:
        return replace(
            noon, sky_top="#d9dfe6", sky_low="#f5e3c8", sun="#f4b668", water="#a9c2c4", ripple="#6f9499",
            far="#a8a9bd", stone="#c98f55", joint="#9c6636", near="#4a3042", mid="#8d6258", leaf="#a8683c",
        )  # fmt: skip
    if group == "alpine" and subject.winter:
        return replace(
            noon, sky_top="#cfdce8", sky_low="#f3ece4", water="#b5cad4", far="#b7c5d3", stone="#e4eaee",
            joint="#a3b3c0", near="#2d4256", mid="#6d8398", leaf="#35505c",
        )  # fmt: skip
    if group == "temperate" and subject.spring:
        bloom = "#e6a9bb" if subject.tradition == "east_asia" and subject.month <= 4 else "#8bab68"
        return replace(noon, leaf=bloom)
    if group == "temperate" and subject.autumn:
        return replace(noon, sky_low="#f6e6cb", leaf="#c0793a", far="#c3b7a6")
    if group == "temperate" and subject.winter:
        return replace(noon, sky_top="#cdd8e2", sky_low="#f0ebe2", leaf="#7d8782", water="#9fb9c6")
    if group == "mediterranean" and subject.winter:
        return replace(noon, sky_top="#c6d8e2", sky_low="#f5e9d3", water="#7dafbf")
    return noon


def _at_dawn(noon: Palette, sky_top: str, sky_low: str) -> Palette:
    return Palette(
        sky_top=sky_top,
        sky_low=sky_low,
        sun="#f08a4b",
        water=blend(noon.water, "#c9ced0", 0.55),
        ripple=blend(noon.ripple, "#8c9fa8", 0.6),
        far=blend(noon.far, "#d9b492", 0.4),
        stone=blend(noon.stone, "#dab092", 0.55),
        joint=blend(noon.joint, "#a4785f", 0.6),
        near=blend(noon.near, "#2d3350", 0.78),
        mid=blend(noon.mid, "#70607e", 0.72),
        glint="#fbe3c4",
        leaf=blend(noon.leaf, "#5b5868", 0.5),
        snow="#fbe9dc",
    )


def _at_dusk(noon: Palette, sky_top: str, sky_low: str) -> Palette:
    return Palette(
        sky_top=sky_top,
        sky_low=sky_low,
        sun="#f3b56a",
        water=blend(noon.water, "#243e66", 0.88),
        ripple=blend(noon.ripple, "#5a7399", 0.75),
        far=blend(noon.far, "#484465", 0.92),
        stone=blend(noon.stone, "#484368", 0.9),
        joint=blend(noon.joint, "#7f7294", 0.8),
        near=blend(noon.near, "#12162b", 0.92),
        mid=blend(noon.mid, "#302e52", 0.9),
        glint="#ffd588",
        leaf=blend(noon.leaf, "#1d2540", 0.82),
        snow="#b9b8d6",
    )


def lamp(palette: Palette, light: Light) -> str:
    """The ink of windows: lit at dusk, a pale pane by day."""
    return palette.glint if light == "dusk" else blend(palette.near, palette.sky_low, 0.5)
