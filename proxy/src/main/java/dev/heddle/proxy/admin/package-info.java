/// The proxy's admin pages: Envoy's addresses and Envoy's answers.
///
/// [AdminServer] speaks HTTP on a thread of its own, with the JDK's server, so that it answers when
/// every worker is busy and shares nothing with the data path; [AdminPages] is the list of pages.
/// It listens where the bootstrap says and nowhere else.
@NullMarked
package dev.heddle.proxy.admin;

import org.jspecify.annotations.NullMarked;
