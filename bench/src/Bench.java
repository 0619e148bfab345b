import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Does one thing between two PostgreSQL databases in several ways, ours and others', in turn, and prints wall, CPU and peak memory of
 * each with its ratio to a reference of the same round. {@code bench/run} starts it in the project's folder; what is measured stands in {@code bench/scenarios}.
 */
final class Bench {
    private Bench() {}

    public static void main(String[] args) throws Exception {
        if (Arrays.asList(args).contains("--help")) {
            System.out.println(Options.HELP);
            return;
        }
        try {
            Options options = Options.read(args);
            if (options.list()) {
                list();
            } else {
                measure(options);
            }
        } catch (IllegalArgumentException | IllegalStateException | IOException e) {
            Shell.note(e.getMessage());
            System.exit(2);
        }
    }

    private static void list() throws IOException {
        for (String name : Scenario.names()) {
            System.out.printf("%-18s %s%n", name, Scenario.read(name).about());
        }
    }

    private static void measure(Options options) throws Exception {
        List<String> names = options.scenarios().equals(List.of("all"))
                ? Scenario.names().stream().filter(name -> !name.equals("own")).toList()
                : options.scenarios();
        try (Databases databases = options.own().isPresent() ? options.own().get().databases() : new FreshServers()) {
            for (String name : names) {
                Scenario scenario = Scenario.read(name);
                measure(scenario, databases, table(scenario, options), options);
            }
        }
    }

    private static Table table(Scenario scenario, Options options) throws IOException, InterruptedException {
        if (options.own().isEmpty()) {
            return Table.read(scenario.table().orElseThrow(() -> new IllegalArgumentException(
                    scenario.name() + " is for a table of your own: say --source, --target and --table")));
        }
        if (scenario.table().isPresent()) {
            throw new IllegalArgumentException(scenario.name() + " makes its own table: leave --scenario out");
        }
        Options.Own own = options.own().get();
        return Table.existing(own.databases(), own.table(), own.overwrite());
    }

    private static void measure(Scenario scenario, Databases databases, Table table, Options options) throws Exception {
        long rows = options.rows().orElse(scenario.rows());
        try (ScenarioRun run = new ScenarioRun(scenario, databases, table, rows, options.only())) {
            run.fill();
            for (int i = 0; i < options.warmUps(); i++) {
                run.warmUp();
            }
            for (int i = 1; i <= options.rounds(); i++) {
                run.round(i);
            }
            run.render();
        }
    }
}
