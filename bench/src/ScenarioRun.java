import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Takes all ways of a scenario, one after the other, round by round. */
final class ScenarioRun implements AutoCloseable {
    private final Scenario scenario;
    private final Databases databases;
    private final Table table;
    private final List<Way> ways = new ArrayList<>();
    private final Results results = new Results();
    private final Map<String, String> variables;
    private final Map<String, String> environment;
    private final Path folder;
    private final WarmProcess engine;
    private final Stages stages;
    private int pipelines;

    ScenarioRun(Scenario scenario, Databases databases, Table table, long rows, List<String> only)
            throws IOException, InterruptedException {
        this.scenario = scenario;
        this.databases = databases;
        this.table = table;
        for (Way way : scenario.ways()) {
            if ((only.isEmpty() || only.contains(way.name())) && Needs.met(way)) {
                ways.add(way);
            }
        }
        long copied = table.fill().isEmpty()
                ? Long.parseLong(databases.source().sql(Map.of(), "select count(*) from " + table.name()))
                : rows;
        variables = Map.of("rows", Long.toString(copied), "table", table.name());
        folder = Files.createTempDirectory("rapidbyte-bench");
        environment = environment();
        stages = new Stages(Path.of(environment.get("STAGES")));
        engine = new WarmProcess(environment);
    }

    private Map<String, String> environment() {
        Map<String, String> all = new HashMap<>();
        all.put("SOURCE", databases.source().address());
        all.put("TARGET", databases.target().address());
        all.put("SOURCE_JDBC", databases.source().jdbcAddress());
        all.put("TARGET_JDBC", databases.target().jdbcAddress());
        all.put("TABLE", table.name());
        all.put("ROWS", variables.get("rows"));
        all.put("PIPELINE", folder.resolve("pipeline.yaml").toString());
        all.put("FOLDER", folder.toString());
        all.put("STAGES", folder.resolve("stages").toString());
        all.put("JAVA", ProcessHandle.current().info().command().orElse("java"));
        all.put("CLASS_PATH", System.getProperty("java.class.path"));
        all.put("RAPIDBYTE_STATE", folder.resolve("state.db").toString());
        return all;
    }

    void fill() throws IOException, InterruptedException {
        if (!table.fill().isEmpty()) {
            Shell.note("filling " + table.name() + " with " + variables.get("rows") + " rows");
            recreate(databases.source());
            databases.source().sql(variables, table.fill());
            databases.source().sql(variables, scenario.sourceAfterFill());
            databases.source().sql(variables, "vacuum analyze " + table.name() + "; checkpoint");
        }
    }

    /** A round of the warm engine alone, which does not count. */
    void warmUp() throws IOException, InterruptedException {
        for (Way way : ways) {
            if (way.action() instanceof Way.Request) {
                Shell.note("warm-up: %s, %.3f s".formatted(way.name(), take(way).wallSeconds()));
            }
        }
    }

    void round(int number) throws IOException, InterruptedException {
        Shell.note("%s, round %d, load %.1f".formatted(scenario.name(), number, load()));
        for (Way way : ways) {
            stages.clear();
            Sample sample = take(way);
            results.add(way.name(), sample);
            stages.add(way.name());
            System.out.println(new JsonObject()
                    .put("scenario", scenario.name())
                    .put("round", number)
                    .put("way", way.name())
                    .put("rows", Long.parseLong(variables.get("rows")))
                    .put("wall_s", rounded(sample.wallSeconds()))
                    .put("cpu_s", rounded(sample.cpuSeconds()))
                    .put("peak_rss_mib", rounded(sample.peakRssMib()))
                    .put("load", rounded(load()))
                    .encode());
        }
    }

    private static double rounded(double number) {
        return Math.round(number * 1000) / 1000.0;
    }

    private Sample take(Way way) throws IOException, InterruptedException {
        prepareTarget(way.target().orElse(scenario.target()));
        databases.target().sql(variables, way.before());
        Path pipeline = Path.of(environment.get("PIPELINE"));
        String name = "bench-" + ++pipelines;
        PipelineFile.write(pipeline, name, databases, table, scenario.pipeline(), way.pipeline());
        if (way.primed()) {
            engine.ask("run", pipeline);
        }
        Sample sample = switch (way.action()) {
            case Way.Command command -> Shell.timed(environment, command.shell());
            case Way.Request request -> engine.ask(request.word(), pipeline);
        };
        scenario.parityOf(way, table).check(way.name(), databases, variables);
        return sample;
    }

    private void prepareTarget(Way.Start start) throws IOException, InterruptedException {
        if (start == Way.Start.KEPT) {
            return;
        }
        recreate(databases.target());
        if (start == Way.Start.FILLED) {
            databases.target().sql(variables, table.fill() + "; vacuum analyze " + table.name());
        }
        databases.target().sql(variables, scenario.targetAfterStart());
        databases.target().sql(variables, "checkpoint");
    }

    private void recreate(Database database) throws IOException, InterruptedException {
        database.sql(variables, "set client_min_messages = warning; drop table if exists " + table.name() + ";\n" + table.create());
    }

    void render() {
        System.err.printf("%n%s: %s%n%s rows, every way at par with its source; load %.1f at the end; medians (least–greatest)%n%n%s%n",
                scenario.name(), scenario.about(), variables.get("rows"), load(), results.table(scenario.reference()));
        System.err.print(stages.table());
        boolean ofThisSize = variables.get("rows").equals(Long.toString(scenario.rows()));
        for (Goal goal : scenario.goals()) {
            if (ofThisSize && results.has(goal.way()) && goal.to().map(results::has).orElse(true)) {
                System.err.println(goal.verdict(results));
            }
        }
    }

    /** Of the last minute, this benchmark's own share included. */
    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        engine.close();
        Shell.run(List.of("rm", "-rf", folder.toString()));
        databases.target().sql(variables, "drop table " + table.name());
        if (!table.fill().isEmpty()) {
            databases.source().sql(variables, "drop table " + table.name());
        }
    }
}
