package io.rapidbyte.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/run-machine.md} shows the tables as they are. Run with {@code -Drapidbyte.docs.write=true} to write it anew. */
class RunMachineDiagramTest {
    private static final Path PAGE = Path.of("docs", "run-machine.md");

    @Test
    void the_page_shows_the_tables_as_they_are() throws IOException {
        String page = page();
        if (Boolean.getBoolean("rapidbyte.docs.write")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE)
                .as("drifted; write it anew with -Dtest=RunMachineDiagramTest -Drapidbyte.docs.write=true")
                .hasContent(page);
    }

    private static String page() {
        return """
                # The run machine

                A run and each of its streams are driven by two pure tables, `(state, signal) -> (state, effects)`:
                [`RunMachine`](../src/main/java/io/rapidbyte/engine/RunMachine.java) and
                [`StreamMachine`](../src/main/java/io/rapidbyte/engine/StreamMachine.java). `ActiveRun` and `ActiveStream`
                carry out the effects and feed back the signals; they decide nothing. An arrow reads `signal / effects`.
                A signal that a state does not list cannot happen there and is a defect. Signals without any consequence
                (a cancel of what has ended, say) are in the tables but not in the pictures.

                This page is generated from the tables by a test, which fails when they differ.

                ## A run

                One stream's failure stops no other (I5): the run goes on in `failing` and admits what waits. A run is
                `failed` when any stream failed, even if it was cancelled afterwards. It begins by taking the pipeline's lease
                in the state and is over when the state says how it ended (I7); a run that loses its lease is given up.

                %s
                ## A stream

                A stream's stages are deployed downstream first; their guests start when all of them stand (I3). When one
                fails, its neighbours learn it over their edges (I4); the stream waits for all of them to end, then clears
                them away. After a failure that may pass it waits and tries again, unless it was cancelled (I11). Where an
                earlier attempt or run left a load open, the destination is first asked how far it got (I8).

                %s""".formatted(diagram(RunMachine.TABLE), diagram(StreamMachine.TABLE));
    }

    private static <S extends Enum<S>, G extends Enum<G>, E extends Enum<E>> String diagram(Machine<S, G, E> machine) {
        StringBuilder text = new StringBuilder("```mermaid\nstateDiagram-v2\n");
        text.append("    [*] --> ")
                .append(word(machine.rules().getFirst().from()))
                .append('\n');
        for (Machine.Rule<S, G, E> rule : machine.rules()) {
            if (rule.from() == rule.to() && rule.effects().isEmpty()) {
                continue;
            }
            text.append("    ").append(word(rule.from())).append(" --> ").append(word(rule.to()));
            text.append(": ")
                    .append(word(rule.signal()))
                    .append(effects(rule.effects()))
                    .append('\n');
        }
        machine.rules().stream()
                .map(Machine.Rule::to)
                .distinct()
                .filter(state -> machine.rules().stream().noneMatch(r -> r.from() == state && r.to() != state))
                .forEach(state -> text.append("    ").append(word(state)).append(" --> [*]\n"));
        return text.append("```\n").toString();
    }

    private static String effects(List<? extends Enum<?>> effects) {
        return effects.isEmpty()
                ? ""
                : " / " + effects.stream().map(RunMachineDiagramTest::word).collect(Collectors.joining(", "));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
