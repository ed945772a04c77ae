using AioHub.Core.Primitives;

namespace AioHub.Core.Storage;

/// <summary>Who makes a change, as the audit log names it.</summary>
/// <param name="Name">A user's e-mail address, <c>cli</c>, <c>file</c> or <c>system</c>.</param>
/// <param name="How">The door: <c>session</c>, <c>token</c>, <c>cli</c>, <c>file</c>, <c>system</c>.</param>
/// <param name="User">The user; null = nobody who is signed in.</param>
/// <param name="Address">Where the change was asked from; null = on this machine.</param>
public sealed record Actor(string Name, string How, UserId? User = null, string? Address = null)
{
    /// <summary>The hub itself: what is seeded, what runs in the background.</summary>
    public static Actor System { get; } = new("system", "system");

    /// <summary>The command line.</summary>
    public static Actor Cli { get; } = new("cli", "cli");

    /// <summary>A configuration file.</summary>
    public static Actor File { get; } = new("file", "file");
}

/// <summary>
/// Who acts in this flow of calls. Each door says it once (the command line, a file, the management API); every command below it is written down under that
/// name. No call of a model comes by here: whoever says nothing is <see cref="Actor.System"/>, which costs nothing.
/// </summary>
public static class Acting
{
    private static readonly AsyncLocal<Actor?> Flow = new();

    /// <summary>Who acts now.</summary>
    public static Actor Current => Flow.Value ?? Actor.System;

    /// <summary>Names who acts until the result is disposed of.</summary>
    public static IDisposable As(Actor actor)
    {
        var former = Flow.Value;
        Flow.Value = actor;
        return new Restored(former);
    }

    private sealed class Restored(Actor? former) : IDisposable
    {
        public void Dispose() => Flow.Value = former;
    }
}
