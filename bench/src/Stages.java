import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What the stages of a way did with their time, where the way tells: it writes lines of a name and seconds to the file {@code $STAGES}. */
final class Stages {
    private final Path file;
    private final Map<String, Map<String, List<Double>>> ways = new LinkedHashMap<>();

    Stages(Path file) {
        this.file = file;
    }

    /** Before a way is taken. */
    void clear() throws IOException {
        Files.deleteIfExists(file);
    }

    /** After it was, if it counts. */
    void add(String way) throws IOException {
        if (Files.exists(file)) {
            Map<String, List<Double>> stages = ways.computeIfAbsent(way, name -> new TreeMap<>());
            for (String line : Files.readAllLines(file)) {
                String[] words = line.split(" ");
                stages.computeIfAbsent(words[0], name -> new ArrayList<>()).add(Double.parseDouble(words[1]));
            }
        }
    }

    /** Where several ways told: the names that all of them have, with their medians. */
    String table() {
        if (ways.size() < 2) {
            return "";
        }
        TreeMap<String, List<Double>> common = new TreeMap<>(ways.values().iterator().next());
        ways.values().forEach(stages -> common.keySet().retainAll(stages.keySet()));
        StringBuilder table = new StringBuilder(String.format("%n%-24s", "s"));
        ways.keySet().forEach(way -> table.append(String.format("%-20s ", way)));
        for (String name : common.keySet()) {
            table.append(String.format("%n%-24s", name));
            for (Map<String, List<Double>> stages : ways.values()) {
                table.append(String.format(Locale.ROOT, "%-20s ", Figures.of(seconds(stages, name))));
            }
        }
        return table.append(System.lineSeparator()).toString();
    }

    private static double[] seconds(Map<String, List<Double>> stages, String name) {
        return stages.getOrDefault(name, List.of()).stream().mapToDouble(Double::doubleValue).toArray();
    }
}
