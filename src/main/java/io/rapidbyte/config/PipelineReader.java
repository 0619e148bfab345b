package io.rapidbyte.config;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The document's top level. */
final class PipelineReader {
    /** The only version of the file format so far. */
    static final String VERSION = "1.0";

    static final int MAX_TRANSFORMS = 16;

    /** Names label metrics and leftovers in databases, so they stay short and plain. */
    static final String NAME_FORM = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";

    private static final Pattern NAME = Pattern.compile(NAME_FORM);

    private PipelineReader() {}

    /** Empty only where a problem has been reported. */
    static Optional<Pipeline> read(Section root, Origins origins) {
        checkVersion(root);
        Optional<String> name = name(root);
        Optional<DestinationSettings> destination = DestinationReader.read(root);
        Optional<SourceSettings> source = SourceReader.read(root, destination.map(DestinationSettings::writeMode));
        List<TransformSettings> transforms = transforms(root);
        StateSettings state = StateReader.read(root);
        Resources resources = ResourcesReader.read(root);
        Optional<Schedule> schedule = ScheduleReader.read(root);
        if (name.isEmpty() || source.isEmpty() || destination.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Pipeline(
                name.get(), source.get(), transforms, destination.get(), state, resources, schedule, origins));
    }

    private static void checkVersion(Section root) {
        root.requiredText("version")
                .filter(version -> !version.equals(VERSION))
                .ifPresent(version -> root.problem(
                        "version", "is not a version of the file format that is read here", "write version: \"1.0\""));
    }

    private static Optional<String> name(Section root) {
        Optional<String> name = root.requiredText("pipeline");
        if (name.isPresent() && !NAME.matcher(name.get()).matches()) {
            root.problem("pipeline", "must be at most 128 letters, digits, _, - and ., and begin with neither - nor .");
            return Optional.empty();
        }
        return name;
    }

    private static List<TransformSettings> transforms(Section root) {
        return root.sections("transforms", MAX_TRANSFORMS, SectionKeys.TRANSFORM).stream()
                .map(section -> new TransformSettings(
                        section.requiredText("use").orElse(""),
                        section.settings("config"),
                        NarrowingReader.read(section)))
                .toList();
    }
}
