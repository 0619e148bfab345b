package io.rapidbyte.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code rapidbyte version}. */
@Command(
        name = "version",
        description = "Says which Rapidbyte this is, and what it runs on.",
        footerHeading = "",
        footer = "")
final class VersionCommand implements Callable<Integer> {
    private final Root root;

    VersionCommand(Root root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        if (root.json()) {
            root.terminal().json(Json.version(facts()));
        } else {
            root.terminal().result(line(facts()));
        }
        return 0;
    }

    private static Map<String, String> facts() {
        boolean compiler = ModuleLayer.boot().findModule("jdk.graal.compiler").isPresent();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "version",
                Optional.ofNullable(VersionCommand.class.getPackage().getImplementationVersion())
                        .orElse("development"));
        facts.put("java", System.getProperty("java.vendor") + " " + Runtime.version());
        facts.put("wasm", compiler ? "compiled" : "interpreted");
        return facts;
    }

    private static String line(Map<String, String> facts) {
        return "rapidbyte " + facts.get("version") + " (Java: " + facts.get("java") + "; connectors: "
                + facts.get("wasm") + ")";
    }

    /** What {@code --version} prints. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {line(facts())};
        }
    }
}
