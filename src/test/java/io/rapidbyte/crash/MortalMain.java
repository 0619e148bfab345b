package io.rapidbyte.crash;

import io.rapidbyte.Main;
import io.rapidbyte.model.DurableSteps;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The program, with an ear on its durable steps: it writes each one it comes by into a file and, at the one that the test chose,
 * kills its own process or makes it stand still.
 */
public final class MortalMain {
    /** The file that gets a line for each step. */
    static final String HITS = "crash.hits";

    /** The step to be struck at; none if not set. */
    static final String STEP = "crash.step";

    /** At which arrival there, from 1. */
    static final String ARRIVAL = "crash.arrival";

    /** The name of the {@link Signal} to be struck with. */
    static final String SIGNAL = "crash.signal";

    private final FileOutputStream hits;
    private final String fatal;
    private final Signal signal;
    private int arrivalsLeft;

    private MortalMain() throws IOException {
        hits = new FileOutputStream(System.getProperty(HITS), true);
        fatal = System.getProperty(STEP, "");
        arrivalsLeft = Integer.getInteger(ARRIVAL, 1);
        signal = Signal.valueOf(System.getProperty(SIGNAL, Signal.KILL.name()));
    }

    public static void main(String[] args) throws IOException {
        DurableSteps.listen(new MortalMain()::reached);
        Main.main(args);
    }

    /** Any thread. What is written here outlives the process: the operating system has it. */
    private synchronized void reached(String step) {
        try {
            hits.write((step + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (step.equals(fatal) && --arrivalsLeft == 0) {
            signal.raise();
        }
    }
}
