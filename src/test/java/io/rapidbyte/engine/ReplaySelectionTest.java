package io.rapidbyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.state.KeptLetter;
import io.rapidbyte.state.KeptLetter.Standing;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplaySelectionTest {
    private static final List<KeptLetter> LETTERS = List.of(
            new KeptLetter(1, "orders", 10, Standing.MISSING), new KeptLetter(2, "users", 10, Standing.MISSING));

    private static Pipeline pipeline() throws PipelineException {
        return PipelineLoader.parse("""
                version: "1.0"
                pipeline: shop
                source:
                  use: source-postgres
                  config: {}
                  streams:
                    - {name: orders, sync_mode: cdc}
                    - {name: users}
                destination:
                  use: dest-postgres
                  config: {}
                  write_mode: upsert
                """, "shop.yaml", Map.of());
    }

    /** Behind newer changes of its row an old one would put old values back (I23). */
    @Test
    void changes_are_not_replayed() throws PipelineException {
        Pipeline pipeline = pipeline();
        assertThatThrownBy(() -> ReplaySelection.of(pipeline, ReplayOptions.ALL, LETTERS))
                .isInstanceOf(FailureException.class)
                .hasMessageContaining("the dead letters of stream orders are changes")
                .hasMessageContaining("--stream");
        ReplayOptions others = new ReplayOptions(List.of("users"), List.of(), false);
        assertThat(ReplaySelection.of(pipeline, others, LETTERS).letters()).containsOnlyKeys("users");
    }
}
