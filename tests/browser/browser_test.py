"""Steps through the pages of pages.cpp in a real browser, by keys alone where keys will do, and compares what it shows with
what the program computed. Leaves pictures beside the pages."""
import json
import math
import pathlib
import sys
import unittest

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

FOLDER = pathlib.Path(sys.argv.pop(1)).resolve()


def start_browser():
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--window-size=1400,900", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", "--disable-quic"]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = start_browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()

    def tearDown(self):
        self.assertEqual([entry["message"] for entry in self.browser.get_log("browser")], [])

    # -- helpers --------------------------------------------------------------------------------------------------

    def open(self, name, step=None):
        self.browser.get("about:blank")
        self.browser.get((FOLDER / f"{name}.html").as_uri() + (f"#step={step}" if step else ""))

    def expected(self, name):
        return json.loads((FOLDER / f"{name}.json").read_text())

    def trace(self):
        """The data that the program has put into the page."""
        return json.loads(self.browser.find_element(By.ID, "trace").get_attribute("textContent"))

    def key(self, *keys):
        ActionChains(self.browser).send_keys(*keys).perform()

    def text(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector).text

    def count(self, selector):
        return len(self.browser.find_elements(By.CSS_SELECTOR, selector))

    def step(self):
        return int(self.text("#counter").split("/")[0])

    def rows(self):
        """The rows of the panel: heading -> the tensors in it, each as the numbers of its cells."""
        return self.browser.execute_script("""
            const rows = {};
            for (const row of document.querySelectorAll("#panel .row")) {
              const label = row.querySelector("h3").firstChild.textContent;
              (rows[label] ??= []).push(...Array.from(row.querySelectorAll(".tensor"),
                tensor => Array.from(tensor.querySelectorAll("td"), cell => Number(cell.dataset.exact))));
            }
            return rows;""")

    def go_to(self, phase, heading):
        """Steps on by the right arrow until the step of that phase and heading."""
        self.key(Keys.HOME)
        for _ in range(200):
            if self.text("#panel .phase") == phase and self.text("#panel h2") == heading:
                return
            self.key(Keys.ARROW_RIGHT)
        self.fail(f"no step {phase} {heading}")

    def picture(self, name):
        self.browser.save_screenshot(str(FOLDER / f"{name}.png"))

    # -- stepping -------------------------------------------------------------------------------------------------

    def test_every_step_is_reached_by_keys(self):
        self.open("small")
        steps = self.trace()["steps"]
        self.assertEqual(self.step(), 1)
        phases = []
        for number in range(1, len(steps) + 1):
            self.assertEqual(self.step(), number)
            self.assertTrue(self.browser.current_url.endswith(f"#step={number}"))
            self.assertEqual(self.count("#graph .box.current"), 1)
            phases.append(self.text("#panel .phase"))
            self.key(Keys.ARROW_RIGHT)
        self.assertEqual(self.step(), len(steps))
        self.assertEqual(phases, ["forward"] * 5 + ["backward begins"] + ["backward"] * 5 + ["leaf"])
        self.key(Keys.ARROW_LEFT)
        self.assertEqual(self.step(), len(steps) - 1)
        self.key(Keys.HOME)
        self.assertEqual(self.step(), 1)
        self.key(Keys.ARROW_LEFT)
        self.assertEqual(self.step(), 1)
        self.key(Keys.END)
        self.assertEqual(self.step(), len(steps))

    def test_buttons_slider_and_playback(self):
        self.open("small")
        for button, step in [("next", 2), ("next", 3), ("back", 2), ("last", 12), ("first", 1)]:
            self.browser.find_element(By.ID, button).click()
            self.assertEqual(self.step(), step)
        self.browser.execute_script("const s = arguments[0]; s.value = 6; s.dispatchEvent(new Event('input'))",
                                    self.browser.find_element(By.ID, "slider"))
        self.assertEqual(self.step(), 7)
        self.browser.execute_script(
            "const s = arguments[0]; s.value = '100'; s.dispatchEvent(new Event('change')); document.activeElement.blur()",
            self.browser.find_element(By.ID, "speed"))
        self.key(Keys.SPACE)
        self.wait_for(lambda: self.step() == 12)
        self.assertIn("Play", self.text("#play"))

    def wait_for(self, condition, seconds=20):
        from selenium.webdriver.support.ui import WebDriverWait
        WebDriverWait(self.browser, seconds, 0.05).until(lambda _: condition())

    def test_a_link_leads_to_its_step(self):
        self.open("small", 8)
        self.assertEqual(self.step(), 8)
        self.browser.execute_script("location.hash = '#step=3'")
        self.wait_for(lambda: self.step() == 3)
        self.open("small", 999)
        self.assertEqual(self.step(), 12)

    # -- the numbers ----------------------------------------------------------------------------------------------

    def test_forward_shows_the_numbers_of_the_program(self):
        expected = self.expected("small")
        self.open("small")
        self.assertEqual(self.text("#panel h2"), "h = mul")
        rows = self.rows()
        self.assertEqual(rows["Input 0: w"], [[0.5, -2]])
        self.assertEqual(rows["Input 1: x"], [[3, 4]])
        self.assertEqual(rows["Output: h"], [expected["h"]])
        self.assertIn("out = a * b", self.text("#panel"))
        source = pathlib.Path(__file__).with_name("pages.cpp").read_text().splitlines()
        line = 1 + next(i for i, text in enumerate(source) if "Tensor h = " in text)
        self.assertEqual(self.text("#panel .source span"), f"browser/pages.cpp:{line}")
        self.go_to("forward", "add_")
        self.assertEqual(self.rows()["Output"], [expected["sum"]])
        self.assertIn("version 1, written in place", self.text("#panel"))
        self.go_to("forward", "loss = sum")
        self.assertEqual(self.rows()["Output: loss"], [expected["loss"]])

    def test_backward_shows_what_arrives_what_leaves_and_how_it_adds_up(self):
        expected = self.expected("small")
        self.open("small")
        self.go_to("backward", "SumBackward0")
        self.assertEqual(self.rows()["Incoming gradient g"], [[1]])
        self.go_to("backward", "MulBackward0")  # of h * h: both of its gradients are for h, where one waits already
        h = expected["h"]
        rows = self.rows()
        first, second = rows["Gradient for h"][:3], rows["Gradient for h"][3:]
        self.assertEqual(first, [[1, 1], h, [1 + value for value in h]])
        self.assertEqual(second, [[1 + value for value in h], h, [1 + 2 * value for value in h]])
        self.assertIn("freed after this step", self.text("#panel"))
        self.key(Keys.END)
        self.assertEqual(self.text("#panel h2"), "w.grad")
        arrived = [a - b for a, b in zip(expected["grad_after"], expected["grad_before"])]
        self.assertEqual(self.rows()["w.grad"], [expected["grad_before"], arrived, expected["grad_after"]])
        self.assertEqual(arrived, [(1 + 2 * value) * x for value, x in zip(h, [3, 4])])

    def test_finite_differences_stand_beside_the_gradient(self):
        self.open("small", 12)
        cells = [[cell.get_attribute("data-exact") for cell in row.find_elements(By.CSS_SELECTOR, "td[data-exact]")]
                 for row in self.browser.find_elements(By.CSS_SELECTOR, ".check tbody tr")]
        self.assertEqual(len(cells), 2)
        for analytic, numeric in cells:
            self.assertTrue(math.isclose(float(analytic), float(numeric), rel_tol=1e-6), cells)
        self.assertEqual(self.count(".check .wrong"), 0)
        self.picture("small")

    def test_what_is_saved_and_what_has_been_freed(self):
        self.open("small", 5)
        self.assertEqual(self.text(".memory summary"), "Saved for backward now: 2 of 2 ops hold their tensors")
        self.assertEqual(self.count(".kept.holds"), 2)
        self.key(Keys.END)
        self.assertEqual(self.text(".memory summary"), "Saved for backward now: 0 of 2 ops hold their tensors")
        self.assertEqual((self.count(".kept.holds"), self.count(".kept.freed")), (0, 2))

    # -- the classifier -------------------------------------------------------------------------------------------

    def test_the_classifier_is_small_grouped_and_right(self):
        expected = self.expected("classifier")
        self.assertLess((FOLDER / "classifier.html").stat().st_size, 2_000_000)
        self.open("classifier")
        groups = [title.get_attribute("data-group") for title in self.browser.find_elements(By.CSS_SELECTOR, ".group-title")]
        self.assertEqual(len(groups), 6)  # Sequential, its four layers, MSELoss
        self.assertEqual(self.count("#graph .box.parameter"), 4)
        self.assertEqual(self.count("#graph .box.result"), 1)
        self.go_to("forward", "outputs = sigmoid")
        self.assertSameFloats(self.rows()["Output: outputs"][0], expected["outputs"])
        self.go_to("forward", "mse_loss")
        self.assertSameFloats(self.rows()["Output"][0], expected["loss"])
        for name, gradient in expected["gradients"].items():
            self.go_to("leaf", f"{name}.grad")
            numbers = self.browser.execute_script(
                "return Array.from(numbersOf(Number(document.querySelector('#panel .tensor').dataset.value)))")
            self.assertEqual(len(numbers), math.prod(gradient["shape"]))
            step = (gradient["max"] - gradient["min"]) / 253
            self.assertLessEqual(abs(min(numbers) - gradient["min"]), step)
            self.assertLessEqual(abs(max(numbers) - gradient["max"]), step)
            self.assertEqual(self.count(".check tbody tr"), 3)
            self.assertEqual(self.count(".check .wrong"), 0)
        self.picture("classifier")

    def assertSameFloats(self, shown, computed):
        self.assertEqual(len(shown), len(computed))
        for a, b in zip(shown, computed):
            self.assertTrue(math.isclose(a, b, rel_tol=1e-7), (a, b))

    def test_the_value_under_the_pointer_and_under_the_cursor(self):
        image = self.expected("classifier")["image"]
        self.open("classifier")
        canvas = self.browser.find_element(By.CSS_SELECTOR, "#panel canvas")
        box = canvas.rect
        side = box["width"] / 28
        ActionChains(self.browser).move_to_element_with_offset(
            canvas, round(-box["width"] / 2 + 5.5 * side), round(-box["height"] / 2 + 3.5 * side)).perform()
        place, number = self.text("#panel .readout").split(" = ")
        self.assertEqual(place, f"[{3 * 28 + 5}]")
        self.assertTrue(math.isclose(float(number), image[3 * 28 + 5], rel_tol=1e-6))
        self.browser.execute_script("arguments[0].focus()", canvas)
        self.key(Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
        self.assertTrue(self.text("#panel .readout").startswith(f"[{4 * 28 + 6}] = "))
        self.assertEqual(self.step(), 1)

    def test_groups_close_and_open_by_keyboard(self):
        self.open("classifier")
        title = self.browser.find_element(By.CSS_SELECTOR, ".group-title[data-group=g1]")
        self.browser.execute_script("arguments[0].focus()", title)
        self.key(Keys.ENTER)
        self.assertEqual(self.count("#graph .box.parameter"), 2)
        self.assertEqual(self.browser.switch_to.active_element.get_attribute("aria-label"), "Open 0: Linear, 3 nodes")
        self.assertEqual(self.count("#graph .box.closed.current"), 1)  # the step is inside
        self.key(Keys.ENTER)
        self.assertEqual(self.count("#graph .box.parameter"), 4)
        self.browser.find_element(By.ID, "collapse").click()
        self.assertEqual(self.count("#graph .box.closed"), 2)
        self.browser.find_element(By.ID, "expand").click()
        self.assertEqual(self.count("#graph .box.parameter"), 4)

    def test_choosing_a_node_leads_to_its_step(self):
        self.open("small", 1)
        last = self.browser.find_elements(By.CSS_SELECTOR, "#graph .box.op")[-1]
        name = last.get_attribute("aria-label").split(",")[0]
        last.click()
        self.assertEqual(self.text("#panel h2"), name)
        self.assertEqual(self.text("#panel .phase"), "forward")
        self.key(Keys.END)
        self.browser.execute_script("arguments[0].focus()", self.browser.find_elements(By.CSS_SELECTOR, "#graph .box.op")[0])
        self.key(Keys.ENTER)
        self.assertEqual(self.text("#panel .phase"), "backward")

    def test_boxes_do_not_overlap(self):
        for name in ["small", "classifier"]:
            self.open(name)
            overlaps = self.browser.execute_script("""
                const boxes = Array.from(document.querySelectorAll("#graph .box > rect"), rect => rect.getBBox());
                let count = 0;
                boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
                  if (a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height) ++count;
                }));
                return count;""")
            self.assertEqual(overlaps, 0)

    # -- sizes and themes -----------------------------------------------------------------------------------------

    def test_thousands_of_nodes_are_collapsed_and_searchable(self):
        self.open("large")
        self.assertGreater(len(self.trace()["nodes"]), 4000)
        milliseconds = self.browser.execute_script("const t = performance.now(); redraw(); return performance.now() - t")
        self.assertLess(milliseconds, 1000)
        self.assertLess(self.count("#graph .box"), 200)
        self.key("/", "needle", Keys.ENTER)
        self.assertEqual(self.text("#found"), "1 of 1")
        self.assertEqual(self.text("#panel h2"), "needle = mean")
        self.assertEqual(self.count("#graph .box.current.match"), 1)
        self.picture("large")
        self.browser.find_element(By.ID, "expand").click()
        self.assertGreater(self.count("#graph .box"), 1000)

    def test_an_exception_is_told(self):
        self.open("failing")
        self.assertIn(self.expected("failing")["error"].split(";")[0], self.text("#notice"))

    def test_light_and_dark(self):
        def background():
            return self.browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        for preferred, other in [("light", "dark"), ("dark", "light")]:
            self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                         {"features": [{"name": "prefers-color-scheme", "value": preferred}]})
            self.open("classifier", 3)
            before = background()
            self.assertEqual(before == "rgb(255, 255, 255)", preferred == "light")
            self.key("d")
            self.assertEqual(background() == "rgb(255, 255, 255)", other == "light")
            self.key("d")
            self.assertEqual(background(), before)
            self.picture(preferred)
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})

    def test_a_phone_is_wide_enough(self):
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                     {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True})
        try:
            for name, step in [("small", 10), ("classifier", 3)]:
                self.open(name, step)
                self.assertEqual(self.browser.execute_script("return document.documentElement.scrollWidth"), 360)
                self.browser.find_element(By.ID, "next").click()
                self.assertEqual(self.step(), step + 1)
                self.assertEqual(self.browser.execute_script("""
                    const graph = document.getElementById("graph").getBoundingClientRect();
                    const box = document.querySelector("#graph .current").getBoundingClientRect();
                    return box.top >= graph.top - 1 && box.bottom <= graph.bottom + 1"""), True)
                self.picture(f"phone_{name}")
        finally:
            self.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def test_nothing_is_fetched(self):
        for name in ["small", "classifier", "large", "failing"]:
            page = (FOLDER / f"{name}.html").read_text()
            for word in ["src=\"http", "href=\"http", "@import", "fetch(", "XMLHttpRequest"]:
                self.assertNotIn(word, page)
        self.open("classifier")
        self.assertEqual(self.browser.execute_script("return performance.getEntriesByType('resource').length"), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
