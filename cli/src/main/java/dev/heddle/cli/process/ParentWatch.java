package dev.heddle.cli.process;

import java.io.IOException;
import java.io.InputStream;

/// Notices that the process at the other end of standard input is gone.
public final class ParentWatch {
    private ParentWatch() {}

    /// Runs the action, once, when the input ends. What comes in before is of no interest.
    public static void onEnd(InputStream input, Runnable action) {
        Thread.ofPlatform()
                .name("parent-watch")
                .daemon()
                .start(() -> {
                    try {
                        while (input.read() >= 0) {
                            // Only the end matters.
                        }
                    } catch (IOException _) {
                        // An input that cannot be read has ended.
                    }
                    action.run();
                });
    }
}
