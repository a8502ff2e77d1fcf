/// What the control plane fetches because somebody's configuration says from where: bounded in time
/// and size, and not from whom only the control plane may call.
@NullMarked
package dev.heddle.control.fetch;

import org.jspecify.annotations.NullMarked;
