import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The command line.
 *
 * @param rows instead of what the scenarios say
 * @param only the ways to take, by name; all if empty
 * @param own the user's databases and table instead of the scenario's
 */
record Options(
        List<String> scenarios,
        boolean list,
        OptionalLong rows,
        int rounds,
        int warmUps,
        List<String> only,
        Optional<Own> own) {

    static final String HELP = """
            bench/run [--scenario NAME]... [--rows N] [--rounds N] [--warm-ups N] [--way NAME]... [--list]
            bench/run --source URL --target URL --table TABLE [--overwrite] [--rounds N] ...

              --scenario NAME  a file of bench/scenarios (bench_users, verify); all if NAME is all
              --list           what scenarios there are
              --rows N         rows of the table instead of what the scenario says
              --rounds N       rounds that count; each takes every way once (5)
              --warm-ups N     rounds of the warm engine that do not count (3)
              --way NAME       only ways of this name
              --source URL     your database, postgresql://user:password@host:port/database, instead of a fresh server; it is only read
              --target URL     where to; the table is dropped and made again before each copy, and dropped in the end
              --table TABLE    which one
              --overwrite      even if the target has a table of this name
            JSON lines go to stdout, tables to stderr.""";

    /** A table of the user's. */
    record Own(Databases databases, String table, boolean overwrite) {}

    static Options read(String[] args) {
        List<String> scenarios = new ArrayList<>();
        List<String> only = new ArrayList<>();
        boolean list = false;
        boolean overwrite = false;
        OptionalLong rows = OptionalLong.empty();
        int rounds = 5;
        int warmUps = 3;
        String source = "";
        String target = "";
        String table = "";
        Iterator<String> words = List.of(args).iterator();
        while (words.hasNext()) {
            String option = words.next();
            switch (option) {
                case "--list" -> list = true;
                case "--overwrite" -> overwrite = true;
                case "--scenario" -> scenarios.add(value(option, words));
                case "--way" -> only.add(value(option, words));
                case "--rows" -> rows = OptionalLong.of(Long.parseLong(value(option, words)));
                case "--rounds" -> rounds = Integer.parseInt(value(option, words));
                case "--warm-ups" -> warmUps = Integer.parseInt(value(option, words));
                case "--source" -> source = value(option, words);
                case "--target" -> target = value(option, words);
                case "--table" -> table = value(option, words);
                default -> throw new IllegalArgumentException("no option " + option + ": see bench/run --help");
            }
        }
        boolean own = !table.isEmpty();
        if (own == (source.isEmpty() || target.isEmpty())) {
            throw new IllegalArgumentException("--source, --target and --table go together");
        }
        Optional<Own> databases = own
                ? Optional.of(new Own(new Databases.Named(Database.of(source), Database.of(target)), table, overwrite))
                : Optional.empty();
        if (scenarios.isEmpty()) {
            scenarios.addAll(own ? List.of("own") : List.of("bench_users", "verify"));
        }
        return new Options(scenarios, list, rows, rounds, warmUps, only, databases);
    }

    private static String value(String option, Iterator<String> words) {
        if (!words.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value: see bench/run --help");
        }
        return words.next();
    }
}
