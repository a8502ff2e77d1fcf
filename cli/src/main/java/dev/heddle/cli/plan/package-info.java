/// `heddle plan`: what a change would do to resources, and to requests that were made.
///
/// A sample of requests is read from access logs, each distinct request once, and led through the
/// configuration as it is and as the change would make it, by the compiler and by `explain`.
@NullMarked
package dev.heddle.cli.plan;

import org.jspecify.annotations.NullMarked;
