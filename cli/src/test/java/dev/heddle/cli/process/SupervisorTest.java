package dev.heddle.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorTest {
    private static final Backoff AT_ONCE =
            new Backoff(Duration.ofMillis(10), Duration.ofMillis(40), Duration.ofMinutes(1));

    @TempDir Path directory = Path.of("");

    /// What was told, as words: `started NAME RESTARTS`, `died NAME HOW`, `failed NAME`.
    private record Diary(LinkedBlockingQueue<String> words, LinkedBlockingQueue<Long> pids)
            implements ProcessEvents {
        Diary() {
            this(new LinkedBlockingQueue<>(), new LinkedBlockingQueue<>());
        }

        @Override
        public void started(Program program, long pid, int restarts) {
            words.add("started " + program.name() + " " + restarts);
            pids.add(pid);
        }

        @Override
        public void died(Program program, long pid, String how, Duration pause) {
            words.add("died " + program.name() + " " + how);
        }

        @Override
        public void failedToStart(Program program, String why, Duration pause) {
            words.add("failed " + program.name());
        }

        @Nullable String next() throws InterruptedException {
            return words.poll(5, TimeUnit.SECONDS);
        }

        long pid() throws InterruptedException {
            Long pid = pids.poll(5, TimeUnit.SECONDS);
            return pid == null ? -1 : pid;
        }
    }

    private Program shell(String name, String script) {
        return new Program(
                name, List.of("/bin/sh", "-c", script), Map.of(), directory.resolve(name + ".log"));
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    @Test
    void aProcessThatEndsIsStartedAgain() throws Exception {
        var diary = new Diary();
        try (var supervisor = new Supervisor(System::nanoTime, AT_ONCE, diary)) {
            supervisor.start(shell("brief", "exit 3"));
            assertThat(diary.next()).isEqualTo("started brief 0");
            assertThat(diary.next()).isEqualTo("died brief exit code 3");
            assertThat(diary.next()).isEqualTo("started brief 1");
        }
    }

    @Test
    void aProcessThatIsKilledIsStartedAgainAndTheSignalIsNamed() throws Exception {
        var diary = new Diary();
        try (var supervisor = new Supervisor(System::nanoTime, AT_ONCE, diary)) {
            supervisor.start(shell("long", "exec sleep 60"));
            assertThat(diary.next()).isEqualTo("started long 0");
            ProcessHandle.of(diary.pid()).orElseThrow().destroyForcibly();
            assertThat(diary.next()).isEqualTo("died long signal 9");
            assertThat(diary.next()).isEqualTo("started long 1");
        }
    }

    @Test
    void whatDiesInRetirementStaysDeadWithoutAWord() throws Exception {
        var diary = new Diary();
        try (var supervisor = new Supervisor(System::nanoTime, AT_ONCE, diary)) {
            supervisor.start(shell("long", "exec sleep 60"));
            assertThat(diary.next()).isEqualTo("started long 0");
            supervisor.retire();
            ProcessHandle.of(diary.pid()).orElseThrow().destroyForcibly();
            // Returns once the supervisor knows that it is gone.
            supervisor.stop(List.of("long"), Duration.ofSeconds(5));
            supervisor.start(shell("late", "exec sleep 60"));
            supervisor.stop(List.of("late"), Duration.ofSeconds(5));
            assertThat(diary.words()).isEmpty();
        }
    }

    @Test
    void stoppingWaitsUntilProcessesAreGoneAndDoesNotStartThemAgain() throws Exception {
        var diary = new Diary();
        try (var supervisor = new Supervisor(System::nanoTime, AT_ONCE, diary)) {
            supervisor.start(shell("one", "exec sleep 60"));
            supervisor.start(shell("two", "exec sleep 60"));
            long one = diary.pid();
            long two = diary.pid();
            supervisor.stop(List.of("one", "two", "nobody"), Duration.ofSeconds(5));
            assertThat(isAlive(one) || isAlive(two)).isFalse();
            assertThat(diary.words()).containsExactly("started one 0", "started two 0");
        }
    }

    @Test
    void aProcessThatDoesNotWantToEndIsKilled() throws Exception {
        var diary = new Diary();
        try (var supervisor = new Supervisor(System::nanoTime, AT_ONCE, diary)) {
            supervisor.start(
                    shell("stubborn", "trap '' TERM; echo ready; while :; do sleep 0.1; done"));
            long pid = diary.pid();
            var log = directory.resolve("stubborn.log");
            while (java.nio.file.Files.notExists(log) || java.nio.file.Files.size(log) == 0) {
                Thread.onSpinWait();
            }
            supervisor.stop(List.of("stubborn"), Duration.ofMillis(100));
            assertThat(isAlive(pid)).isFalse();
        }
    }

    @Test
    void aCommandThatCannotBeRunIsToldAndTriedAgain() throws Exception {
        var diary = new Diary();
        try (var supervisor = new Supervisor(System::nanoTime, AT_ONCE, diary)) {
            supervisor.start(
                    new Program(
                            "absent",
                            List.of("/nonexistent/program"),
                            Map.of(),
                            directory.resolve("absent.log")));
            assertThat(diary.next()).isEqualTo("failed absent");
            assertThat(diary.next()).isEqualTo("failed absent");
        }
    }

    @Test
    void thePauseDoublesUpToALimitAndBeginsAnewAfterAGoodRun() {
        var backoff =
                new Backoff(Duration.ofMillis(200), Duration.ofSeconds(1), Duration.ofSeconds(20));
        assertThat(backoff.next(Duration.ZERO, Duration.ZERO)).isEqualTo(Duration.ofMillis(200));
        assertThat(backoff.next(Duration.ofMillis(200), Duration.ofSeconds(1)))
                .isEqualTo(Duration.ofMillis(400));
        assertThat(backoff.next(Duration.ofMillis(800), Duration.ZERO))
                .isEqualTo(Duration.ofSeconds(1));
        assertThat(backoff.next(Duration.ofSeconds(1), Duration.ofSeconds(30)))
                .isEqualTo(Duration.ofMillis(200));
    }
}
