package dev.heddle.proxy.runtime.linux;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// The threads of this JVM that compile what runs often to its best code (C2).
///
/// They have seconds of work when a proxy is young. Where processors are few they take every other
/// turn from the workers, and from the start itself, though the code that runs meanwhile is good.
/// With less weight they take every fourth turn of a busy processor and all of an idle one. The
/// first compiler (C1) keeps its weight: without its code everything waits. A thread that the JVM
/// adds later is made by one of these, and has its weight from it.
public final class Compilers {
    /// As in nice(1): a third of the usual weight. It cannot be taken back without privileges.
    static final int NICE = 5;

    private static final Path TASKS = Path.of("/proc/self/task");
    private static final String NAME = "C2 CompilerThre"; // as long as the kernel lets names be
    private static final int ONE_THREAD = 0; // PRIO_PROCESS, which for Linux is a thread

    private Compilers() {}

    /// Gives them less weight. Does nothing where there is no Linux, or no `/proc`.
    public static void stepBack() {
        if (!SystemCall.IS_KNOWN) {
            return;
        }
        var kernel = new Kernel();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                if (isBestCompiler(task)) {
                    long id = Long.parseLong(task.getFileName().toString());
                    kernel.call(SystemCall.SETPRIORITY, ONE_THREAD, id, NICE, 0, 0, 0);
                }
            }
        } catch (IOException | LinkageError | RuntimeException _) {
            // They go on as they are.
        }
    }

    private static boolean isBestCompiler(Path task) {
        try {
            return Files.readString(task.resolve("comm")).startsWith(NAME);
        } catch (IOException _) {
            return false; // it has just ended
        }
    }
}
