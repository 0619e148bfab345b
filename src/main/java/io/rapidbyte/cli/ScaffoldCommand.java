package io.rapidbyte.cli;

import io.rapidbyte.scaffold.Scaffold;
import io.rapidbyte.scaffold.Scaffold.Language;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rapidbyte scaffold}. */
@Command(
        name = "scaffold",
        description = {
            "Begins a connector: writes a project that builds, with manifest, settings' schema, tests and a build script.",
            "",
            "The name says what it is to be: source-..., dest-... or transform-.... It is written in Rust with the SDK, or in C with nothing "
                    + "but a compiler. What is written works as it stands; put your own system in its place."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rapidbyte scaffold source-lines && cd source-lines && ./build --test && ./build",
            "  rapidbyte connector test ./source-lines.wasm --config conformance.yaml",
            "",
            "Exit codes: see rapidbyte --help"
        })
final class ScaffoldCommand implements Callable<Integer> {
    private final Root root;

    @Parameters(paramLabel = "NAME", description = "Such as source-lines; also the name of its folder.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String name;

    @Option(names = "--lang", paramLabel = "LANG", defaultValue = "rust", description = "rust (the default) or c.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Language language;

    @Option(names = "--dir", paramLabel = "DIR", description = "Where to make its folder; here by default.")
    private Path directory = Path.of("");

    @Option(
            names = "--sdk",
            paramLabel = "DIR",
            description = "The folder connectors/sdk of Rapidbyte's repository; found by itself in a clone.")
    private @Nullable Path sdk;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    ScaffoldCommand(Root root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        Scaffold scaffold = Scaffold.named(name, language)
                .orElseThrow(() -> misused("a connector's name is source-, dest- or transform- and something in "
                        + "lower case, such as source-lines"));
        Path folder = directory.resolve(name);
        List<Path> written;
        try {
            written = scaffold.writeTo(folder, sdkFolder());
        } catch (FileAlreadyExistsException e) {
            throw misused(e.getMessage() + " is there already; nothing was written");
        } catch (IOException e) {
            throw misused("the project cannot be written: " + e.getMessage());
        }
        if (root.json()) {
            root.terminal().json(Json.scaffold(folder, written));
        } else {
            written.forEach(file -> root.terminal().result(file.toString()));
            root.terminal()
                    .note("next: cd " + folder + (language == Language.C ? "" : " && ./build --test") + " && ./build");
        }
        return 0;
    }

    /** A project in C needs none. */
    private Path sdkFolder() {
        if (language == Language.C) {
            return Path.of("");
        }
        if (sdk != null) {
            if (!isSdk(sdk)) {
                throw misused(sdk + " is not the SDK's folder: it has no Cargo.toml");
            }
            return sdk.toAbsolutePath().normalize();
        }
        return Stream.of(Optional.of(Path.of("").toAbsolutePath()), ConnectorFolders.program())
                .flatMap(Optional::stream)
                .flatMap(from -> Stream.iterate(from, at -> at != null, Path::getParent))
                .map(above -> above.resolve("connectors/sdk"))
                .filter(ScaffoldCommand::isSdk)
                .findFirst()
                .orElseThrow(() -> misused("the SDK is not beside this program: clone Rapidbyte's repository and name "
                        + "its folder connectors/sdk with --sdk"));
    }

    private static boolean isSdk(Path folder) {
        return Files.isRegularFile(folder.resolve("Cargo.toml"));
    }

    private ParameterException misused(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
