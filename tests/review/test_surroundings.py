from archwright.report.lines import lines_of
from archwright.review.surroundings import around, protected

CODE = lines_of("""\
class C:
    def f(self):
        while True:
            try:
                first()

                # why
                second()
            except ValueError:
                pass
            except Exception:
                pass
            finally:
                try:
                    close()
                except Exception:
                    pass
""")


def test_the_body_of_the_try() -> None:
    assert protected(CODE, 9) == ["first()", "second()"]
    assert protected(CODE, 11) == ["first()", "second()"]
    assert protected(CODE, 16) == ["close()"]


def test_the_blocks_around() -> None:
    assert around(CODE, 11) == ("while", "def")
    assert around(CODE, 16) == ("finally", "while", "def")


def test_what_is_no_handler_has_no_surroundings() -> None:
    assert protected(CODE, 5) == []
    assert protected([], 3) == []
    assert around([], 3) == ()
