import pytest

from bench.visitor_study.tools import OURS, PEERS, TOOLS, Finding, Tool
from chalicelib.domain.visitor import Device, OperatingSystem
from tests.routing.agents import PIXEL

BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_tool_tells_a_well_known_bot_from_a_phone(tool: Tool) -> None:
    assert tool.is_bot(BOT)
    assert tool.find(BOT).is_bot
    assert not tool.is_bot(PIXEL)
    assert not tool.find(PIXEL).is_bot


@pytest.mark.parametrize("tool", [tool for tool in TOOLS if tool.has_devices], ids=lambda tool: tool.name)
def test_tool_with_devices_finds_a_phone_with_android(tool: Tool) -> None:
    assert tool.find(PIXEL) == Finding(is_bot=False, device=Device.MOBILE, os=OperatingSystem.ANDROID)


def test_ours_is_none_of_the_peers() -> None:
    assert [tool.name for tool in TOOLS] == [OURS.name, *(peer.name for peer in PEERS)]
