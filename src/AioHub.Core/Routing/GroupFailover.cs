using System.Globalization;
using System.Text.Json;
using AioHub.Core.Primitives;

namespace AioHub.Core.Routing;

/// <summary>How calls of a group go on when an attempt fails. Null = what the hub is set to.</summary>
/// <param name="MaxAttempts">Attempts of one call in the group; after them the next group follows. The hub's own number bounds the call altogether.</param>
/// <param name="SameCredential">How often the same credential is asked again after a reset connection or a 502, 503 or 504, when no other healthy one is left; 0 to 3.</param>
/// <param name="Deadline">How long the attempts in the group may take together, until content comes; then the next group follows. The hub's own bounds the call altogether.</param>
/// <param name="HoldHandshake">Whether what opens a stream is kept back until its first content, so that another channel can still take over.</param>
public sealed record GroupFailover(int? MaxAttempts = null, int? SameCredential = null, TimeSpan? Deadline = null, bool? HoldHandshake = null)
{
    public const int MostSameCredential = 3;
    public static readonly TimeSpan ShortestDeadline = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestDeadline = TimeSpan.FromHours(1);

    /// <summary>All as the hub is set.</summary>
    public static GroupFailover Default { get; } = new();

    private const string AttemptsMember = "max_attempts";
    private const string SameMember = "same_credential";
    private const string DeadlineMember = "deadline_seconds";
    private const string HoldMember = "hold_handshake";

    internal void Check(ProblemList problems)
    {
        problems.Require(MaxAttempts is null or (>= RouteSettings.LeastAttempts and <= RouteSettings.MostAttempts), "failover.max_attempts",
            $"must be from {RouteSettings.LeastAttempts} to {RouteSettings.MostAttempts}");
        problems.Require(SameCredential is null or (>= 0 and <= MostSameCredential), "failover.same_credential", $"must be from 0 to {MostSameCredential}");
        problems.Require(Deadline is null || (Deadline >= ShortestDeadline && Deadline <= LongestDeadline), "failover.deadline", "must be from one second to an hour");
    }

    internal void Write(Utf8JsonWriter writer, string member)
    {
        if (this == Default)
        {
            return;
        }

        writer.WriteStartObject(member);
        if (MaxAttempts is { } attempts)
        {
            writer.WriteNumber(AttemptsMember, attempts);
        }

        if (SameCredential is { } same)
        {
            writer.WriteNumber(SameMember, same);
        }

        if (Deadline is { } deadline)
        {
            writer.WriteNumber(DeadlineMember, deadline.TotalSeconds);
        }

        if (HoldHandshake is { } hold)
        {
            writer.WriteBoolean(HoldMember, hold);
        }

        writer.WriteEndObject();
    }

    internal static GroupFailover Read(JsonElement policy, string member) => !policy.TryGetProperty(member, out var json) ? Default : new GroupFailover(
        json.TryGetProperty(AttemptsMember, out var attempts) ? attempts.GetInt32() : null,
        json.TryGetProperty(SameMember, out var same) ? same.GetInt32() : null,
        json.TryGetProperty(DeadlineMember, out var deadline) ? TimeSpan.FromSeconds(deadline.GetDouble()) : null,
        json.TryGetProperty(HoldMember, out var hold) ? hold.GetBoolean() : null);

    internal static void Tell(ChangeLines lines, GroupFailover present, GroupFailover next)
    {
        lines.Set("failover.max_attempts", Told(present.MaxAttempts), Told(next.MaxAttempts));
        lines.Set("failover.same_credential", Told(present.SameCredential), Told(next.SameCredential));
        lines.Set("failover.deadline", present.Deadline?.ToString() ?? "default", next.Deadline?.ToString() ?? "default");
        lines.Set("failover.hold_handshake", present.HoldHandshake is { } was ? Flag(was) : "default", next.HoldHandshake is { } willBe ? Flag(willBe) : "default");

        static string Told(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "default";

        static string Flag(bool flag) => flag ? "true" : "false";
    }
}
