"""A form of the session as a dialog of the window."""

from __future__ import annotations

from collections.abc import Callable

from open3d.visualization import gui

from viewers.state import Form, Question


class FormDialog:
    """Shows what the session asks, and hands over what the person wrote."""

    def __init__(
        self,
        window: gui.Window,
        home: gui.Widget,
        *,
        on_answer: Callable[[dict[str, str]], None],
        on_cancel: Callable[[], None],
    ) -> None:
        self._window, self._home = window, home
        self._on_answer, self._on_cancel = on_answer, on_cancel
        self._form: Form | None = None
        self._answers: dict[str, Callable[[], str]] = {}

    @property
    def is_open(self) -> bool:
        """Tell whether it is shown, so that keys are letters."""
        return self._form is not None

    def show(self, form: Form | None) -> bool:
        """Show a form, or close the one that is shown; tell whether either was done."""
        if form is self._form:
            return False
        if self._form is not None:
            # A field that kept the focus would be asked for keys after it is gone, and Open3D would crash.
            self._window.set_focus_widget(self._home)
            self._answers = {}
            gui.Application.instance.post_to_main_thread(self._window, self._window.close_dialog)
        self._form = form
        if form is not None:
            self._open(form)
        return True

    def accept(self) -> None:
        """Take what stands in the form, after the next pictures: a field reads its letters as it is drawn."""
        self._after_a_picture(lambda: self._after_a_picture(self._take))

    def _take(self) -> None:
        if self.is_open:
            self._on_answer({name: read() for name, read in self._answers.items()})

    def _after_a_picture(self, do: Callable[[], None]) -> None:
        self._window.post_redraw()
        gui.Application.instance.post_to_main_thread(self._window, do)

    def _open(self, form: Form) -> None:
        em = self._window.theme.font_size
        dialog = gui.Dialog(form.title)
        column = gui.Vert(0.5 * em, gui.Margins(em, em, em, em))
        column.add_child(gui.Label(form.title))
        grid = gui.VGrid(2, 0.5 * em)
        self._answers, first = {}, None
        for question in form.questions:
            widget, self._answers[question.name] = _field(question)
            first = first or widget
            grid.add_child(gui.Label(question.name))
            grid.add_child(widget)
        column.add_child(grid)
        column.add_child(self._buttons(em))
        dialog.add_child(column)
        self._window.show_dialog(dialog)
        if first is not None:
            self._window.set_focus_widget(first)

    def _buttons(self, em: float) -> gui.Horiz:
        row = gui.Horiz(0.5 * em)
        for text, press in (("Enter: take it", self.accept), ("Escape: leave it", self._on_cancel)):
            button = gui.Button(text)
            button.set_on_clicked(press)
            row.add_child(button)
        return row


def _field(question: Question) -> tuple[gui.Widget, Callable[[], str]]:
    """Widget of a question, and what reads its answer."""
    if question.choices:
        choice = gui.Combobox()
        for option in ("", *question.choices) if question.answer not in question.choices else question.choices:
            choice.add_item(option)
        choice.selected_text = question.answer
        return choice, lambda: str(choice.selected_text)
    text, written = gui.TextEdit(), [question.answer]
    text.text_value = question.answer
    # The widget's own value is that before the editing, until the editing ends.
    text.set_on_text_changed(lambda new: written.__setitem__(0, new))
    return text, lambda: written[0]
