package dev.heddle.proxy.overload;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Locale;
import java.util.function.LongSupplier;

/// How much memory this process holds on to: what survived the last collection of the young
/// generation, the old generation as it is, and the buffers of connections outside of the heap.
///
/// What is in use at any moment says little in a JVM: most of it is garbage that the next
/// collection takes at no cost. So young objects count only once they have survived.
public final class HeapUse implements LongSupplier {
    @Override
    public long getAsLong() {
        long used = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getType() == MemoryType.HEAP) {
                used += used(pool);
            }
        }
        return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider buffers
                ? used + buffers.metric().usedDirectMemory()
                : used;
    }

    private static long used(MemoryPoolMXBean pool) {
        String name = pool.getName().toLowerCase(Locale.ROOT);
        boolean isOld = name.contains("old") || name.contains("tenured");
        MemoryUsage survived = pool.getCollectionUsage();
        return isOld || survived == null ? pool.getUsage().getUsed() : survived.getUsed();
    }
}
