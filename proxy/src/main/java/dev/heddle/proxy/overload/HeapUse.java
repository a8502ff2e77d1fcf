package dev.heddle.proxy.overload;

import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.runtime.Workers;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/// How much memory this process holds on to: what survived the last collection of the young
/// generation, the old generation as it is, and the buffers of connections outside of the heap.
///
/// What is in use at any moment says little in a JVM: most of it is garbage that the next
/// collection takes at no cost. So young objects count only once they have survived.
public final class HeapUse implements LongSupplier {
    private final List<ByteBufAllocator> allocators;

    private HeapUse(List<ByteBufAllocator> allocators) {
        this.allocators = allocators;
    }

    /// With the buffers of these workers' connections.
    public static HeapUse of(Workers workers) {
        return new HeapUse(
                Stream.concat(
                                Stream.of(ByteBufAllocator.DEFAULT),
                                workers.all().stream().map(Worker::allocator))
                        .distinct()
                        .toList());
    }

    @Override
    public long getAsLong() {
        long used = bufferBytes();
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getType() == MemoryType.HEAP) {
                used += used(pool);
            }
        }
        return used;
    }

    private long bufferBytes() {
        long bytes = 0;
        for (ByteBufAllocator allocator : allocators) {
            if (allocator instanceof ByteBufAllocatorMetricProvider buffers) {
                bytes += buffers.metric().usedDirectMemory();
            }
        }
        return bytes;
    }

    private static long used(MemoryPoolMXBean pool) {
        String name = pool.getName().toLowerCase(Locale.ROOT);
        boolean isOld = name.contains("old") || name.contains("tenured");
        MemoryUsage survived = pool.getCollectionUsage();
        return isOld || survived == null ? pool.getUsage().getUsed() : survived.getUsed();
    }

    /// The same in the shape of Envoy's `/memory`: what Envoy's allocator has there, the heap and
    /// the buffers outside of it have here.
    public String json() {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        MemoryUsage rest = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
        long buffers = bufferBytes();
        return """
        {"allocated":"%d","heap_size":"%d","pageheap_unmapped":"%d","pageheap_free":"%d",\
        "total_thread_cache":"0","total_physical_bytes":"%d"}
        """
                .formatted(
                        heap.getUsed() + buffers,
                        heap.getCommitted() + buffers,
                        Math.max(0, heap.getMax() - heap.getCommitted()),
                        heap.getCommitted() - heap.getUsed(),
                        heap.getCommitted() + rest.getCommitted() + buffers);
    }
}
