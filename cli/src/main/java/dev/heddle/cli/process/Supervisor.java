package dev.heddle.cli.process;

import dev.heddle.model.Confined;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Keeps processes running until it is told to stop them.
///
/// ```
///   Waiting ──due──▶ Running ──died──▶ Waiting
///                       └──stop──▶ Stopping ──gone, or killed at the deadline──▶ (forgotten)
///
///   retired: Waiting ──▶ (forgotten), Running ──died──▶ (forgotten)
/// ```
///
/// One platform thread does everything, as the kernel ties `--pdeathsig` to the thread that started
/// a process: this thread lives until [#close].
public final class Supervisor implements AutoCloseable {
    private final LinkedBlockingQueue<Event> inbox = new LinkedBlockingQueue<>();
    private final Thread thread;

    /// @param nanos a clock that only moves forward, in nanoseconds
    public Supervisor(LongSupplier nanos, Backoff backoff, ProcessEvents events) {
        var loop = new Loop(inbox, nanos, backoff, events);
        this.thread = Thread.ofPlatform().name("supervisor").start(loop::run);
    }

    private sealed interface Event {
        record Start(Program program) implements Event {}

        record Ended(String name, Process process) implements Event {}

        record Stop(Set<String> names, Duration patience, CompletableFuture<Void> gone)
                implements Event {}

        record Retire() implements Event {}

        record Close() implements Event {}
    }

    /// Starts a process and keeps it running. Returns at once; callable from any thread.
    public void start(Program program) {
        inbox.add(new Event.Start(program));
    }

    /// Starts nothing from now on: what waits is forgotten, and what dies by itself stays dead
    /// without a word. For the time in which all are stopped one after the other.
    public void retire() {
        inbox.add(new Event.Retire());
    }

    /// Asks processes to end (SIGTERM) and waits until they have; kills what is still there after
    /// the given patience. Names that are not known are gone already.
    public void stop(Collection<String> names, Duration patience) {
        var gone = new CompletableFuture<Void>();
        inbox.add(new Event.Stop(Set.copyOf(names), patience, gone));
        gone.join();
    }

    /// Ends the supervisor's own thread. Stop the processes first: any that are left are killed.
    @Override
    public void close() {
        inbox.add(new Event.Close());
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private sealed interface State {
        /// To be started at a time of the clock.
        record Waiting(Program program, long dueNanos, Duration pause, int starts)
                implements State {}

        record Running(
                Program program, Process process, long sinceNanos, Duration pause, int starts)
                implements State {}

        record Stopping(Process process, long deadlineNanos) implements State {}
    }

    /// A wish to stop, fulfilled when none of its names is kept any more.
    private record Wish(Set<String> names, CompletableFuture<Void> gone) {}

    @Confined("supervisor")
    private static final class Loop {
        private final LinkedBlockingQueue<Event> inbox;
        private final LongSupplier nanos;
        private final Backoff backoff;
        private final ProcessEvents events;
        private final Map<String, State> states = new LinkedHashMap<>();
        private List<Wish> wishes = List.of();
        private boolean isRetired;
        private boolean closed;

        Loop(
                LinkedBlockingQueue<Event> inbox,
                LongSupplier nanos,
                Backoff backoff,
                ProcessEvents events) {
            this.inbox = inbox;
            this.nanos = nanos;
            this.backoff = backoff;
            this.events = events;
        }

        void run() {
            while (!closed) {
                try {
                    OptionalLong wait = untilNextDue();
                    Event event =
                            wait.isPresent()
                                    ? inbox.poll(wait.getAsLong(), TimeUnit.NANOSECONDS)
                                    : inbox.take();
                    if (event != null) {
                        on(event);
                    }
                    onTime(nanos.getAsLong());
                } catch (InterruptedException _) {
                    closed = true;
                }
            }
            states.values().forEach(Loop::kill);
            wishes.forEach(wish -> wish.gone().complete(null));
        }

        private OptionalLong untilNextDue() {
            long now = nanos.getAsLong();
            return states.values().stream()
                    .filter(state -> !(state instanceof State.Running))
                    .mapToLong(state ->
                            switch (state) {
                                case State.Waiting waiting -> waiting.dueNanos() - now;
                                case State.Stopping stopping -> stopping.deadlineNanos() - now;
                                case State.Running _ -> Long.MAX_VALUE;
                            })
                    .min();
        }

        private void on(Event event) {
            switch (event) {
                case Event.Start(var program) -> {
                    if (!isRetired) {
                        states.put(
                                program.name(),
                                new State.Waiting(program, nanos.getAsLong(), Duration.ZERO, 0));
                    }
                }
                case Event.Ended(var name, var process) -> onEnded(name, process);
                case Event.Stop(var names, var patience, var gone) -> {
                    names.forEach(name -> onStop(name, patience));
                    wishes = append(wishes, new Wish(names, gone));
                    fulfilWishes();
                }
                case Event.Retire() -> {
                    isRetired = true;
                    states.values().removeIf(State.Waiting.class::isInstance);
                    fulfilWishes();
                }
                case Event.Close() -> closed = true;
            }
        }

        /// Does what has become due: starts what waits, kills what does not end.
        private void onTime(long now) {
            for (var entry : List.copyOf(states.entrySet())) {
                switch (entry.getValue()) {
                    case State.Waiting waiting when waiting.dueNanos() - now <= 0 ->
                            launch(waiting, now);
                    case State.Stopping stopping when stopping.deadlineNanos() - now <= 0 -> {
                        kill(stopping);
                        states.put(
                                entry.getKey(),
                                new State.Stopping(
                                        stopping.process(), now + TimeUnit.SECONDS.toNanos(1)));
                    }
                    case State.Waiting _, State.Running _, State.Stopping _ -> {}
                }
            }
        }

        private void launch(State.Waiting waiting, long now) {
            Program program = waiting.program();
            var builder =
                    new ProcessBuilder(program.command())
                            .redirectErrorStream(true)
                            .redirectOutput(
                                    ProcessBuilder.Redirect.appendTo(program.log().toFile()));
            builder.environment().putAll(program.environment());
            try {
                // Its standard input is a pipe that nobody writes to: it ends when we do.
                Process process = builder.start();
                states.put(
                        program.name(),
                        new State.Running(
                                program, process, now, waiting.pause(), waiting.starts() + 1));
                events.started(program, process.pid(), waiting.starts());
                var _ =
                        process.onExit()
                                .thenAccept(p -> inbox.add(new Event.Ended(program.name(), p)));
            } catch (IOException e) {
                Duration pause = backoff.next(waiting.pause(), Duration.ZERO);
                states.put(
                        program.name(),
                        new State.Waiting(program, now + pause.toNanos(), pause, waiting.starts()));
                events.failedToStart(program, String.valueOf(e.getMessage()), pause);
            }
        }

        private void onEnded(String name, Process process) {
            switch (states.get(name)) {
                case State.Running running when running.process().equals(process) && isRetired -> {
                    states.remove(name);
                    fulfilWishes();
                }
                case State.Running running when running.process().equals(process) -> {
                    long now = nanos.getAsLong();
                    Duration run = Duration.ofNanos(now - running.sinceNanos());
                    Duration pause = backoff.next(running.pause(), run);
                    states.put(
                            name,
                            new State.Waiting(
                                    running.program(),
                                    now + pause.toNanos(),
                                    pause,
                                    running.starts()));
                    events.died(running.program(), process.pid(), how(process.exitValue()), pause);
                }
                case State.Stopping stopping when stopping.process().equals(process) -> {
                    states.remove(name);
                    fulfilWishes();
                }
                case null, default -> {} // an earlier process of a program that was started anew
            }
        }

        private void onStop(String name, Duration patience) {
            switch (states.get(name)) {
                case State.Running running -> {
                    running.process().destroy();
                    states.put(
                            name,
                            new State.Stopping(
                                    running.process(), nanos.getAsLong() + patience.toNanos()));
                }
                case State.Waiting _ -> states.remove(name);
                case State.Stopping _ -> {}
                case null -> {}
            }
        }

        private void fulfilWishes() {
            for (Wish wish : wishes) {
                if (wish.names().stream().noneMatch(states::containsKey)) {
                    wish.gone().complete(null);
                }
            }
            wishes = wishes.stream().filter(wish -> !wish.gone().isDone()).toList();
        }

        private static List<Wish> append(List<Wish> wishes, Wish wish) {
            return java.util.stream.Stream.concat(wishes.stream(), java.util.stream.Stream.of(wish))
                    .toList();
        }

        private static void kill(State state) {
            switch (state) {
                case State.Running running -> running.process().destroyForcibly();
                case State.Stopping stopping -> stopping.process().destroyForcibly();
                case State.Waiting _ -> {}
            }
        }

        /// How a process ended: Java reports a signal N as the exit code 128 + N.
        private static String how(int exitValue) {
            return exitValue > 128 ? "signal " + (exitValue - 128) : "exit code " + exitValue;
        }
    }
}
