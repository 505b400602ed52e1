"""Whether a window can be drawn here: asked first, since Open3D would wait for ever, or end the process, where not."""

from __future__ import annotations

import ctypes
import os
import sys

# VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO
_INSTANCE_CREATE_INFO = 1


class _InstanceCreateInfo(ctypes.Structure):
    """VkInstanceCreateInfo (Vulkan 1.0) without layers and extensions."""

    _fields_ = (
        ("type", ctypes.c_uint32),
        ("next", ctypes.c_void_p),
        ("flags", ctypes.c_uint32),
        ("application", ctypes.c_void_p),
        ("n_layers", ctypes.c_uint32),
        ("layers", ctypes.c_void_p),
        ("n_extensions", ctypes.c_uint32),
        ("extensions", ctypes.c_void_p),
    )


def problem() -> str | None:
    """Say why no window can be drawn, and what brings it; None where nothing is known against it."""
    if sys.platform != "linux":
        return None
    display = os.environ.get("DISPLAY")
    if not display:
        return "DISPLAY is not set, and Open3D draws on an X display alone (Wayland has one as XWayland)"
    if not display_answers():
        return f"the display {display} that DISPLAY names does not answer"
    if not vulkan_answers():
        return (
            "no Vulkan driver answers (apt-get install -y libvulkan1 mesa-vulkan-drivers brings one that needs no "
            "graphics card)"
        )
    return None


def display_answers() -> bool:
    """Tell whether the X display of the environment lets a program in."""
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return False
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    if not display:
        return False
    x11.XCloseDisplay(display)
    return True


def vulkan_answers() -> bool:
    """Tell whether Vulkan has a driver and the driver a device, be it software."""
    try:
        vulkan = ctypes.CDLL("libvulkan.so.1")
    except OSError:
        return False
    instance, count = ctypes.c_void_p(), ctypes.c_uint32(0)
    asked = _InstanceCreateInfo(type=_INSTANCE_CREATE_INFO)
    if vulkan.vkCreateInstance(ctypes.byref(asked), None, ctypes.byref(instance)) != 0:
        return False
    failed = vulkan.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), None) != 0
    vulkan.vkDestroyInstance(instance, None)
    return not failed and count.value > 0
