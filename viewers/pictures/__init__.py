"""Pictures beside the 3D view, drawn with numpy and OpenCV: close-ups, cameras, one object in many frames."""
