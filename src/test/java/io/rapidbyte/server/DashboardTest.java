package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.results.Results;
import com.deque.html.axecore.selenium.AxeBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * The dashboard in a real browser, headless, on a real server. Skipped where there is no Chromium with its driver (Debian: {@code apt
 * install chromium chromium-driver}). A picture of where each test ended is kept in {@code target/dashboard}.
 */
@Timeout(180)
class DashboardTest {
    private static final Path BROWSER = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Path PICTURES = Path.of("target/dashboard");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Dimension DESK = new Dimension(1280, 900);
    private static final Dimension PHONE = new Dimension(390, 844);

    @TempDir
    static Path folder;

    private static TestServer server;
    private static ChromeDriver browser;

    private String name = "";

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(Files.isExecutable(BROWSER) && Files.isExecutable(DRIVER), "no Chromium with its driver here");
        Files.createDirectories(PICTURES);
        server = TestServer.start(folder);
        server.store("plain", "rows: 2000, batch_rows: 100, barrier_every: 500");
        server.store("endless", "rows: 100000000, slow_ms: 1");
        Files.writeString(server.pipelines.resolve("broken.yaml"), "version: \"1.0\"\npipeline: broken\n");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions()
                .setBinary(BROWSER.toFile())
                .addArguments(
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--user-data-dir=" + folder.resolve("browser"));
        options.setCapability("goog:loggingPrefs", logs);
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(new File(DRIVER.toString()))
                        .usingAnyFreePort()
                        .build(),
                options);
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.quit();
        }
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void signIn(TestInfo test) {
        name = test.getTestMethod().orElseThrow().getName();
        browser.manage().window().setSize(DESK);
        browser.get(server.uri("http", "/").toString());
        signIn(TestServer.TOKEN);
    }

    private static void signIn(String token) {
        browser.executeScript("sessionStorage.setItem('rapidbyte.token', arguments[0])", token);
    }

    @AfterEach
    void picture() throws IOException {
        Files.write(PICTURES.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
    }

    @Test
    void a_visitor_without_a_token_is_asked_for_one() {
        browser.executeScript("sessionStorage.clear()");
        browser.navigate().refresh();
        WebElement field = await(By.id("token"));
        // The page before may have lost its token while it signed in.
        messages();
        field.sendKeys("wrong-0123456789abcdef", Keys.ENTER);
        assertThat(await(By.cssSelector("p.failed")).getText()).contains("does not take this token");
        await(By.id("token")).sendKeys(TestServer.TOKEN, Keys.ENTER);
        assertThat(await(By.linkText("plain")).isDisplayed()).isTrue();
        // The refusal itself is all that the console holds.
        assertThat(messages()).allMatch(message -> message.contains("401"));
    }

    @Test
    void a_run_is_started_with_the_keyboard_and_watched_to_its_end() {
        go("#/pipelines");
        WebElement button = await(By.cssSelector("button[aria-label='Run plain']"));
        browser.executeScript("document.querySelector('.brand').focus()");
        for (int i = 0; i < 40 && !button.equals(browser.switchTo().activeElement()); i++) {
            browser.switchTo().activeElement().sendKeys(Keys.TAB);
        }
        browser.switchTo().activeElement().sendKeys(Keys.ENTER);
        await(By.cssSelector("h1 .badge.succeeded"));
        assertThat(await(By.cssSelector("table.streams tbody tr")).getText()).contains("numbers", "2,000 rows");
        assertThat(await(By.cssSelector("dl.times")).getText()).contains("destination.");
        accessible();
        quiet();
    }

    @Test
    void a_run_is_watched_live_and_cancelled() {
        String runId = server.run("endless");
        go("#/runs/" + runId);
        WebElement read = await(By.cssSelector("table.streams td.number"));
        String before = read.getText();
        until(() -> !read.getText().equals(before) && read.getText().contains("rows"));
        until(() ->
                browser.findElement(By.cssSelector(".graph .rate")).getText().contains("rows/s"));
        assertThat(browser.findElement(By.id("link")).getText()).contains("live");
        accessible();
        browser.findElement(By.cssSelector("button.danger")).click();
        await(By.cssSelector("h1 .badge.cancelled"));
        assertThat(server.ended(runId).path("status").asText()).isEqualTo("cancelled");
        quiet();
    }

    @Test
    void each_edge_of_the_graph_has_its_throughput() throws IOException {
        Files.writeString(
                server.pipelines.resolve("halved.yaml"),
                TestServer.yaml("halved", "rows: 100000000, slow_ms: 1")
                        .replace("destination:", "transforms: [{use: test-transform}]\ndestination:"));
        String runId = server.run("halved");
        try {
            go("#/runs/" + runId);
            By edges = By.cssSelector(".graph .rate");
            await(edges);
            until(() -> browser.findElements(edges).stream()
                    .allMatch(edge -> edge.getText().matches("[1-9].* rows/s, .*/s")));
            assertThat(browser.findElements(edges)).hasSize(2);
            assertThat(browser.findElements(By.cssSelector(".graph .node")))
                    .extracting(WebElement::getText)
                    .containsExactly("test-source", "test-transform", "test-dest");
        } finally {
            server.post("/api/v1/runs/" + runId + "/cancel", "");
            server.ended(runId);
        }
        quiet();
    }

    @Test
    void a_pipeline_is_written_checked_and_stored_from_the_page() {
        go("#/pipelines");
        await(By.id("name")).sendKeys("fresh", Keys.ENTER);
        WebElement text = await(By.id("yaml"));
        write(text, TestServer.yaml("fresh", "rows: 7").replace("append", "sideways"));
        browser.findElement(By.xpath("//button[text()='Save']")).click();
        WebElement problem = await(By.cssSelector("main li button"));
        assertThat(problem.getText()).startsWith("11:");
        accessible();
        problem.click();
        assertThat(browser.switchTo().activeElement()).isEqualTo(text);
        assertThat(server.get("/api/v1/pipelines/fresh").status()).isEqualTo(404);
        // The refusal itself is all that the console holds.
        assertThat(messages()).allMatch(message -> message.contains("422") || message.contains("404"));

        write(text, TestServer.yaml("fresh", "rows: 7"));
        browser.findElement(By.xpath("//button[text()='Check']")).click();
        await(By.cssSelector("main .badge.succeeded"));
        browser.findElement(By.xpath("//button[text()='Save']")).click();
        await(By.cssSelector("h1 + p"));
        assertThat(server.get("/api/v1/pipelines/fresh").json().path("yaml").asText())
                .isEqualTo(TestServer.yaml("fresh", "rows: 7"));

        await(By.linkText("Edit")).click();
        WebElement again = await(By.id("yaml"));
        until(() -> "7"
                .equals(browser.executeScript("return /rows: (\\d)/.exec(document.getElementById('yaml').value)[1]")));
        server.store("fresh", "rows: 8");
        write(again, TestServer.yaml("fresh", "rows: 9"));
        browser.findElement(By.xpath("//button[text()='Save']")).click();
        assertThat(await(By.cssSelector(".notice.failed")).getText()).contains("get it again");
        assertThat(server.pipelines.resolve("fresh.yaml")).hasContent(TestServer.yaml("fresh", "rows: 8"));
        assertThat(messages()).allMatch(message -> message.contains("412"));
    }

    private static void write(WebElement text, String yaml) {
        text.clear();
        text.sendKeys(yaml);
    }

    @Test
    void a_pipeline_shows_its_history_and_is_checked() {
        server.ended(server.run("plain"));
        go("#/pipelines/plain");
        assertThat(await(By.cssSelector("figure.chart svg")).getDomAttribute("aria-label"))
                .contains("Durations of the last");
        assertThat(browser.findElements(By.cssSelector("figure.chart rect"))).isNotEmpty();
        browser.findElement(By.xpath("//button[text()='Check']")).click();
        await(By.cssSelector("[aria-live] .badge"));
        accessible();
        quiet();
    }

    @Test
    void dead_letters_are_replayed_once_that_is_confirmed_I20() {
        Refusing pipeline = Refusing.store(server, "refusing").run(server);
        pipeline.mend();
        go("#/pipelines/refusing/dead-letters");
        await(By.cssSelector("main tbody tr"));
        assertThat(browser.findElements(By.cssSelector("main tbody tr"))).hasSize(Refusing.REFUSED);

        WebElement replay = browser.findElement(By.xpath("//button[text()='Replay …']"));
        replay.click();
        assertThat(await(By.tagName("dialog")).getText()).contains("items: 5", "dest-postgres");
        accessible();
        browser.switchTo().activeElement().sendKeys(Keys.ESCAPE);
        until(() -> browser.findElements(By.tagName("dialog")).isEmpty());
        assertThat(pipeline.rows()).isEqualTo(Refusing.ROWS - Refusing.REFUSED);

        replay.click();
        await(By.cssSelector("dialog button[type='submit']")).click();
        await(By.cssSelector("h1 .badge.succeeded"));
        assertThat(browser.findElement(By.cssSelector(".graph")).getText()).startsWith("dead letters");
        assertThat(pipeline.rows()).isEqualTo(Refusing.ROWS);
        go("#/pipelines/refusing/dead-letters");
        until(() -> browser.findElement(By.tagName("main")).getText().contains("None: every row was taken."));
        quiet();
    }

    @Test
    void who_may_only_look_is_offered_nothing_else() {
        String runId = server.run("endless");
        try {
            signIn(TestServer.READ_TOKEN);
            for (String place :
                    List.of("#/pipelines", "#/pipelines/plain", "#/pipelines/plain/dead-letters", "#/runs/" + runId)) {
                go(place);
                // a table, or what stands in place of an empty one
                await(By.cssSelector("main .scroll, main p.muted:not([role])"));
                assertThat(browser.findElement(By.id("reader")).getText()).isEqualTo("read only");
                assertThat(browser.findElements(By.cssSelector("main button")))
                        .as("buttons at %s", place)
                        .noneMatch(WebElement::isDisplayed);
            }
            signIn(TestServer.TOKEN);
            go("#/runs/" + runId);
            assertThat(await(By.cssSelector("button.danger")).isDisplayed()).isTrue();
            assertThat(browser.findElement(By.id("reader")).getText()).isEmpty();
        } finally {
            server.post("/api/v1/runs/" + runId + "/cancel", "");
            server.ended(runId);
        }
        quiet();
    }

    @Test
    void a_file_with_problems_says_where_they_are() {
        go("#/pipelines/broken");
        assertThat(await(By.cssSelector("main ul")).getText()).contains("source");
        quiet();
    }

    @Test
    void connectors_are_listed() {
        go("#/connectors");
        await(By.cssSelector("main table"));
        assertThat(browser.findElement(By.tagName("main")).getText()).contains("source-postgres", "dest-postgres");
        accessible();
        quiet();
    }

    @Test
    void pages_fit_a_phone_in_both_themes() {
        String runId = server.run("plain");
        server.ended(runId);
        browser.manage().window().setSize(PHONE);
        for (String theme : List.of("light", "dark")) {
            browser.executeScript("localStorage.setItem('rapidbyte.theme', arguments[0])", theme);
            for (String place : List.of(
                    "#/pipelines",
                    "#/pipelines/plain",
                    "#/pipelines/plain/dead-letters",
                    "#/runs",
                    "#/runs/" + runId,
                    "#/connectors")) {
                go(place);
                until(() -> !browser.findElement(By.tagName("main")).getText().startsWith("Loading"));
                assertThat(browser.executeScript(
                                "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
                        .as("no scrolling to the side at %s", place)
                        .isEqualTo(true);
                accessible();
            }
        }
        browser.executeScript("localStorage.clear()");
        quiet();
    }

    /** What a database says is text, whatever it looks like. */
    @Test
    void markup_in_a_name_stays_text() throws IOException {
        String hostile = "<img src=x onerror=alert(1)>";
        Files.writeString(
                server.pipelines.resolve("hostile.yaml"),
                TestServer.yaml("hostile", "rows: 1").replace("- name: numbers", "- name: \"" + hostile + "\""));
        try {
            go("#/pipelines/hostile");
            await(By.cssSelector("main table"));
            assertThat(browser.findElement(By.tagName("main")).getText()).contains(hostile);
            assertThat(browser.findElements(By.tagName("img"))).isEmpty();
        } finally {
            Files.delete(server.pipelines.resolve("hostile.yaml"));
        }
        quiet();
    }

    private static void go(String place) {
        browser.get(server.uri("http", "/") + place);
        browser.navigate().refresh();
    }

    private static WebElement await(By what) {
        return new WebDriverWait(browser, PATIENCE).until(ExpectedConditions.visibilityOfElementLocated(what));
    }

    private static void until(java.util.function.BooleanSupplier condition) {
        new WebDriverWait(browser, PATIENCE).until(driver -> condition.getAsBoolean());
    }

    /** No rule of WCAG 2 that a program can check is broken. */
    private static void accessible() {
        Results results = new AxeBuilder()
                .withTags(List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa"))
                .analyze(browser);
        assertThat(results.getViolations()).as("accessibility").isEmpty();
    }

    /** No error in the console, and nothing was asked of anybody else. */
    private static void quiet() {
        assertThat(messages()).isEmpty();
        Object elsewhere = browser.executeScript(
                "return performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith(location.origin))");
        assertThat((List<?>) elsewhere).isEmpty();
    }

    private static List<String> messages() {
        return browser.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(entry -> entry.getMessage())
                .toList();
    }
}
