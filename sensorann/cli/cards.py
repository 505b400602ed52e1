"""Which graphics cards Vulkan offers, and which of them can show pictures on the display of the environment.

A card may draw well and still not show anything on a remote or virtual display (VNC, Xvfb): NVIDIA's driver answers
VK_ERROR_UNKNOWN when asked how it would, and Filament ends the process at that. It is asked here first, in the same
words.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# Numbers of the Vulkan specification: VK_STRUCTURE_TYPE_... and VkPhysicalDeviceType.
_INSTANCE_CREATE_INFO, _XLIB_SURFACE_CREATE_INFO = 1, 1000004000
_EXTENSIONS = (b"VK_KHR_surface", b"VK_KHR_xlib_surface")
# Filament draws with the first of these kinds: discrete, integrated, virtual, other, software.
_KINDS_BY_PREFERENCE = (2, 1, 3, 0, 4)
# VkPhysicalDeviceProperties: four numbers, the kind, the name, and more that nobody asks for here.
_PROPERTIES, _PROPERTIES_SIZE = struct.Struct("@16xI256s"), 4096


@dataclass(frozen=True)
class Card:
    """A graphics card, or software that stands in for one.

    Attributes
    ----------
    name : what its driver calls it
    kind : VkPhysicalDeviceType
    shows : whether it can show pictures on the display
    """

    name: str
    kind: int
    shows: bool


class _InstanceCreateInfo(ctypes.Structure):
    """VkInstanceCreateInfo (Vulkan 1.0)."""

    _fields_ = (
        ("type", ctypes.c_uint32),
        ("next", ctypes.c_void_p),
        ("flags", ctypes.c_uint32),
        ("application", ctypes.c_void_p),
        ("n_layers", ctypes.c_uint32),
        ("layers", ctypes.c_void_p),
        ("n_extensions", ctypes.c_uint32),
        ("extensions", ctypes.POINTER(ctypes.c_char_p)),
    )


class _XlibSurfaceCreateInfo(ctypes.Structure):
    """VkXlibSurfaceCreateInfoKHR."""

    _fields_ = (
        ("type", ctypes.c_uint32),
        ("next", ctypes.c_void_p),
        ("flags", ctypes.c_uint32),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
    )


def preferred(cards: tuple[Card, ...]) -> Card | None:
    """The card that Open3D draws with, None where there is none."""
    known = [card for card in cards if card.kind in _KINDS_BY_PREFERENCE]
    return min(known, key=lambda card: _KINDS_BY_PREFERENCE.index(card.kind), default=None)


def n_cards() -> int:
    """How many cards Vulkan offers, with or without a display."""
    try:
        vulkan = ctypes.CDLL("libvulkan.so.1")
    except OSError:
        return 0
    with _instance(vulkan) as instance:
        return 0 if instance is None else len(_devices(vulkan, instance))


def cards_here() -> tuple[Card, ...]:
    """All cards that Vulkan offers for the display of the environment; none where either does not answer."""
    try:
        vulkan, x11 = ctypes.CDLL("libvulkan.so.1"), ctypes.CDLL("libX11.so.6")
    except OSError:
        return ()
    with _window(x11) as window, _instance(vulkan, _EXTENSIONS) as instance:
        if window is None or instance is None:
            return ()
        surface = ctypes.c_uint64()
        asked = _XlibSurfaceCreateInfo(_XLIB_SURFACE_CREATE_INFO, None, 0, *window)
        if vulkan.vkCreateXlibSurfaceKHR(instance, ctypes.byref(asked), None, ctypes.byref(surface)) != 0:
            return ()
        try:
            return tuple(_card(vulkan, device, surface) for device in _devices(vulkan, instance))
        finally:
            vulkan.vkDestroySurfaceKHR(instance, surface, None)


@contextmanager
def _window(x11: ctypes.CDLL) -> Iterator[tuple[int, int] | None]:
    """A window that is never mapped: the display and its number."""
    x11.XOpenDisplay.restype = ctypes.c_void_p
    address = x11.XOpenDisplay(None)
    if not address:
        yield None
        return
    display = ctypes.c_void_p(address)
    x11.XDefaultRootWindow.restype = x11.XCreateSimpleWindow.restype = ctypes.c_ulong
    root = ctypes.c_ulong(x11.XDefaultRootWindow(display))
    number = x11.XCreateSimpleWindow(display, root, 0, 0, 1, 1, 0, ctypes.c_ulong(0), ctypes.c_ulong(0))
    try:
        yield address, number
    finally:
        x11.XDestroyWindow(display, ctypes.c_ulong(number))
        x11.XCloseDisplay(display)


@contextmanager
def _instance(vulkan: ctypes.CDLL, extensions: tuple[bytes, ...] = ()) -> Iterator[ctypes.c_void_p | None]:
    names = (ctypes.c_char_p * len(extensions))(*extensions)
    asked = _InstanceCreateInfo(type=_INSTANCE_CREATE_INFO, n_extensions=len(names), extensions=names)
    instance = ctypes.c_void_p()
    if vulkan.vkCreateInstance(ctypes.byref(asked), None, ctypes.byref(instance)) != 0:
        yield None
        return
    try:
        yield instance
    finally:
        vulkan.vkDestroyInstance(instance, None)


def _devices(vulkan: ctypes.CDLL, instance: ctypes.c_void_p) -> list[ctypes.c_void_p]:
    count = ctypes.c_uint32(0)
    if vulkan.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), None) != 0:
        return []
    devices = (ctypes.c_void_p * count.value)()
    vulkan.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), devices)
    return [ctypes.c_void_p(device) for device in devices]


def _card(vulkan: ctypes.CDLL, device: ctypes.c_void_p, surface: ctypes.c_uint64) -> Card:
    properties = ctypes.create_string_buffer(_PROPERTIES_SIZE)
    vulkan.vkGetPhysicalDeviceProperties(device, properties)
    kind, name = _PROPERTIES.unpack_from(properties)
    modes = ctypes.c_uint32(0)
    failed = vulkan.vkGetPhysicalDeviceSurfacePresentModesKHR(device, surface, ctypes.byref(modes), None) != 0
    shows = not failed and modes.value > 0 and _any_queue_shows(vulkan, device, surface)
    return Card(name.split(b"\0")[0].decode(errors="replace"), kind, shows)


def _any_queue_shows(vulkan: ctypes.CDLL, device: ctypes.c_void_p, surface: ctypes.c_uint64) -> bool:
    count, supported = ctypes.c_uint32(0), ctypes.c_uint32(0)
    vulkan.vkGetPhysicalDeviceQueueFamilyProperties(device, ctypes.byref(count), None)
    for family in range(count.value):
        asked = vulkan.vkGetPhysicalDeviceSurfaceSupportKHR(device, family, surface, ctypes.byref(supported))
        if asked == 0 and supported.value:
            return True
    return False
