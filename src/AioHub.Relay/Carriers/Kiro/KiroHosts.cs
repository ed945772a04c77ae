using System.Runtime.CompilerServices;
using AioHub.Core.Routing;
using AioHub.Relay.Failures;

namespace AioHub.Relay.Carriers.Kiro;

/// <summary>
/// Which of a Kiro channel's hosts is called: the newer one, until it cannot be reached or does not know the operation, then the older one, and so on; what worked is remembered as long
/// as the channel's configuration stands. Reports of 2026 say either of both (jwadow/kiro-gateway PR 154, 9router issue 3774), so that both are kept.
/// </summary>
internal static class KiroHosts
{
    private static readonly ConditionalWeakTable<Channel, Hosts> Known = [];

    /// <summary>Without a slash at its end.</summary>
    public static string Of(Channel channel) => HostsOf(channel).Current;

    /// <summary>All that a channel may be called at, in their order.</summary>
    public static IReadOnlyList<Uri> AllOf(Channel channel) => KiroSettings.HostsOf(channel);

    /// <summary>After a failed attempt: whether another host is worth asking at once. Each is asked once a call.</summary>
    /// <param name="asked">Where the attempt went.</param>
    /// <param name="repeats">How often the call was repeated already.</param>
    public static bool MoveOn(Channel channel, Uri? asked, Failure failure, int repeats) =>
        asked is not null && (ReferenceEquals(failure, UpstreamFailures.Unreachable) || failure.UpstreamStatus is 404 or 410)
        && HostsOf(channel).MoveOn(asked, repeats);

    private static Hosts HostsOf(Channel channel) => Known.GetValue(channel, static one => new Hosts(KiroSettings.HostsOf(one)));

    private sealed class Hosts(IReadOnlyList<Uri> all)
    {
        private int _current;

        public string Current => all[Volatile.Read(ref _current)].AbsoluteUri.TrimEnd('/');

        public bool MoveOn(Uri asked, int repeats)
        {
            if (all.Count < 2 || repeats >= all.Count - 1)
                return false;

            // Calls that failed at once move on once.
            for (var at = 0; at < all.Count; at++)
            {
                if (Uri.Compare(all[at], asked, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0)
                    Interlocked.CompareExchange(ref _current, (at + 1) % all.Count, at);
            }

            return true;
        }
    }
}
