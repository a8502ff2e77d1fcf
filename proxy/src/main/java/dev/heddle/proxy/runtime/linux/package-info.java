/// Linux, called through `java.lang.foreign`: system calls, the structures that they take, and
/// their errors. Nothing here knows what a connection is for, and nothing here keeps state but
/// scratch memory.
///
/// There is one way in, the C library's `syscall`: a single signature, because each one that the
/// foreign-function interface links costs some milliseconds at the start. It can be called in two
/// ways: *critical*, without telling the JVM's collector, for what returns at once, and usual, for
/// what may wait.
@NullMarked
package dev.heddle.proxy.runtime.linux;

import org.jspecify.annotations.NullMarked;
