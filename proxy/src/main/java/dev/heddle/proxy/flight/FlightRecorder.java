package dev.heddle.proxy.flight;

import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tuning.RuntimeValues;
import dev.heddle.telemetry.ByteText;
import java.util.ArrayList;
import java.util.List;

/// The last requests of one worker, so many as the runtime says: by `heddle.flight_recorder.size`,
/// [#USUAL] where it says nothing, none for 0.
///
/// A slot takes some 450 bytes and is made when it is needed first, so that a proxy without traffic
/// pays nothing.
@Confined("worker")
public final class FlightRecorder {
    /// How many requests are remembered.
    public static final String SIZE = "heddle.flight_recorder.size";

    static final int USUAL = 1_000;

    /// A slot has its price.
    private static final int MOST = 100_000;

    private final Worker worker;
    private final ByteText text = new ByteText();
    private RuntimeValues seen = RuntimeValues.NONE;
    private FlightSlot[] slots = new FlightSlot[USUAL];
    private int next;
    private int count;

    public FlightRecorder(Worker worker) {
        this.worker = worker;
    }

    /// Remembers a request, and forgets the oldest one for it.
    @SuppressWarnings("ReferenceEquality") // whether somebody said anything since
    public void add(RequestHead request, StreamInfo info) {
        RuntimeValues now = worker.values();
        if (now != seen) {
            seen = now;
            resize((int) Math.min(MOST, now.integer(SIZE, USUAL)));
        }
        if (slots.length == 0) {
            return;
        }
        if (count < slots.length) {
            slots[next] = new FlightSlot();
            count++;
        }
        slots[next].write(request, info, text);
        next = next + 1 == slots.length ? 0 : next + 1;
    }

    /// The newest stay.
    private void resize(int size) {
        if (size == slots.length) {
            return;
        }
        var others = new FlightSlot[size];
        int kept = Math.min(count, size);
        for (int i = 0; i < kept; i++) {
            others[kept - 1 - i] = slots[back(i)];
        }
        slots = others;
        count = kept;
        next = size == 0 || kept == size ? 0 : kept;
    }

    /// The slot of the newest request but so many.
    private int back(int newer) {
        return Math.floorMod(next - 1 - newer, slots.length);
    }

    /// What is remembered, the newest first.
    public List<Flight> read() {
        var flights = new ArrayList<Flight>(count);
        for (int i = 0; i < count; i++) {
            flights.add(slots[back(i)].read());
        }
        return flights;
    }
}
