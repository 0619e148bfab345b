package io.rapidbyte.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever stands in a file, the loader answers with a pipeline or with a {@link PipelineException}. */
class MutationTest {
    private static final Map<String, String> SECRETS =
            Map.of("SOURCE_PASSWORD", "correct horse", "DEST_PASSWORD", "battery staple", "MASK_SALT", "nacl");

    private static final String[] PIECES = {
        "{",
        "}",
        "[",
        "]",
        ":",
        ": ",
        "- ",
        "\n",
        "  ",
        "\t",
        "'",
        "\"",
        "&a ",
        "*a",
        "!!map ",
        "!x ",
        "? ",
        "| ",
        ">\n",
        "#",
        "%YAML 1.1\n",
        "---\n",
        "...\n",
        "${",
        "${A}",
        "$$",
        "~",
        "null",
        "1e999",
        "-",
        "<<: ",
        "\0",
        "\u0085",
        "\uD800",
        "\uFEFF",
        "😀",
        "@",
        "`",
        ",",
        "0x",
        "99999999999999999999",
        "\\",
        "\\u12",
        "a: ",
        ".inf"
    };

    @Test
    void nothing_but_the_typed_error_ever_comes_out() throws IOException {
        long seed = 20_251_103L;
        Random random = new Random(seed);
        String[] good = {
            Samples.GOOD, Files.readString(Path.of("conf/full.yaml")), Files.readString(Path.of("conf/mask.yaml"))
        };
        int sound = 0;
        for (int round = 0; round < 2_000; round++) {
            String text = good[random.nextInt(good.length)];
            for (int change = random.nextInt(1, 5); change > 0; change--) {
                text = mutate(text, random);
            }
            try {
                PipelineLoader.parse(text, "p.yaml", SECRETS);
                sound++;
            } catch (PipelineException e) {
                assertThat(e.problems()).isNotEmpty();
                assertThat(e.getMessage()).doesNotContain("correct horse", "battery staple");
            } catch (RuntimeException | StackOverflowError e) {
                fail("seed " + seed + ", round " + round + ":\n" + text, e);
            }
        }
        assertThat(sound).as("mutations that stayed sound").isPositive();
    }

    private static String mutate(String text, Random random) {
        int from = random.nextInt(text.length() + 1);
        int to = Math.min(text.length(), from + random.nextInt(12));
        String head = text.substring(0, from);
        return switch (random.nextInt(5)) {
            case 0 -> head + text.substring(to);
            case 1 -> head + PIECES[random.nextInt(PIECES.length)] + text.substring(from);
            case 2 -> head + PIECES[random.nextInt(PIECES.length)] + text.substring(to);
            case 3 -> head + text.substring(from, to) + text.substring(from);
            default -> random.nextInt(20) == 0 ? head : swapLines(text, random);
        };
    }

    private static String swapLines(String text, Random random) {
        String[] lines = text.split("\n", -1);
        int a = random.nextInt(lines.length);
        int b = random.nextInt(lines.length);
        String line = lines[a];
        lines[a] = lines[b];
        lines[b] = line;
        return String.join("\n", lines);
    }
}
