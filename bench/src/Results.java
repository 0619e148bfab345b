import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The samples of a scenario, one of each way a round. */
final class Results {
    private final Map<String, List<Sample>> samples = new LinkedHashMap<>();

    void add(String way, Sample sample) {
        samples.computeIfAbsent(way, name -> new ArrayList<>()).add(sample);
    }

    boolean has(String way) {
        return samples.containsKey(way);
    }

    Figures wall(String way) {
        return figures(way, Sample::wallSeconds);
    }

    /** Of the two ways' wall times, round by round: the machine drifts. */
    Figures ratio(String way, String other) {
        List<Sample> ours = samples.get(way);
        List<Sample> theirs = samples.get(other);
        double[] ratios = new double[ours.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = ours.get(i).wallSeconds() / theirs.get(i).wallSeconds();
        }
        return Figures.of(ratios);
    }

    private Figures figures(String way, ToDoubleFunction<Sample> figure) {
        return Figures.of(samples.get(way).stream().mapToDouble(figure).toArray());
    }

    String table(String reference) {
        int width = samples.keySet().stream().mapToInt(String::length).max().orElse(0) + 2;
        String form = "%-" + width + "s %-20s %-8s %-13s %s%n";
        StringBuilder table = new StringBuilder(
                String.format(form, "way", "wall s", "CPU s", "peak RSS MiB", "wall / " + reference));
        for (String way : samples.keySet()) {
            table.append(String.format(
                    Locale.ROOT,
                    form,
                    way,
                    wall(way),
                    String.format(Locale.ROOT, "%.2f", figures(way, Sample::cpuSeconds).median()),
                    String.format(Locale.ROOT, "%.0f", figures(way, Sample::peakRssMib).greatest()),
                    has(reference) ? ratio(way, reference) : "-"));
        }
        return table.toString();
    }
}
