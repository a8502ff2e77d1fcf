/// `heddle bug-report`: one file with what is to be known of a mesh that misbehaves, and without
/// what nobody else may know.
///
/// Everything goes through the [Scrubber] before it goes into the [Archive], whatever has been left
/// out before; what could not be had, or was too much, stands in the manifest with the reason.
@NullMarked
package dev.heddle.cli.report;

import org.jspecify.annotations.NullMarked;
