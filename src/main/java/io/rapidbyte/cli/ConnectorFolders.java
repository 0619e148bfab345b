package io.rapidbyte.cli;

import io.rapidbyte.state.StateLocation;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Where connectors are looked for: in the folders that were named, in the user's, beside the program. */
final class ConnectorFolders {
    private static final String NAME = "connectors";

    private ConnectorFolders() {}

    /** The folders in the order of the search; those that were not named are among them only where they exist. */
    static List<Path> searched(List<Path> named, Map<String, String> environment) {
        Stream<Path> standing = Stream.concat(
                Stream.of(StateLocation.folderOfUser(environment).resolve(NAME)),
                program().stream().flatMap(ConnectorFolders::ofDistribution));
        return Stream.concat(named.stream(), standing.filter(Files::isDirectory))
                .toList();
    }

    /** Beside the jar, or beside the folder {@code lib} that it lies in. */
    static Stream<Path> ofDistribution(Path program) {
        return Stream.iterate(program, at -> at != null, Path::getParent)
                .skip(1)
                .limit(program.getParent() != null && program.getParent().endsWith("lib") ? 2 : 1)
                .map(folder -> folder.resolve(NAME));
    }

    /** The jar or the folder of classes that is running. */
    static Optional<Path> program() {
        CodeSource source = ConnectorFolders.class.getProtectionDomain().getCodeSource();
        try {
            return source == null
                    ? Optional.empty()
                    : Optional.of(Path.of(source.getLocation().toURI()).toAbsolutePath());
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
