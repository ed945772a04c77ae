using System.Collections.Immutable;
using AioHub.Core.Primitives;

namespace AioHub.Core.Alerts;

/// <summary>How a target is reached.</summary>
public enum TargetType
{
    Email,
    Webhook,
}

/// <summary>Where operators' alerts go. The secret of a webhook is nowhere in it.</summary>
/// <param name="Address">An e-mail address, or an http or https URL.</param>
/// <param name="Kinds">What it is told of; empty = everything.</param>
/// <param name="Locale"><c>en</c> or <c>zh-CN</c>.</param>
/// <param name="AllowPrivateNetwork">Of a webhook: it may lead into private networks.</param>
/// <param name="FormerSecretUntil">Until when what is sent is signed with the former secret too; null = with one alone.</param>
public sealed record AlertTarget(
    long Id, string Name, TargetType Type, string Address, ImmutableArray<string> Kinds, string Locale, bool AllowPrivateNetwork, bool Enabled, DateTime CreatedAt, DateTime? FormerSecretUntil);

/// <summary>What a target shall be; null = it stays, or is as usual.</summary>
public sealed record AlertTargetDraft
{
    public string? Name { get; init; }

    /// <summary>Of a new one; it stays.</summary>
    public TargetType? Type { get; init; }

    public string? Address { get; init; }
    public ImmutableArray<string>? Kinds { get; init; }
    public string? Locale { get; init; }
    public bool? AllowPrivateNetwork { get; init; }
    public bool? Enabled { get; init; }
}

/// <param name="Secret">Of a webhook, here and never again: <c>whsec_…</c>.</param>
public sealed record MadeTarget(ChangeReport Report, long Id, string? Secret) : IReported;

/// <summary>Where one telling of an alert stands. The numbers stand in the database.</summary>
public enum DeliveryState
{
    Waiting,
    Delivered,
    /// <summary>Given up after its last try; it can be tried again by hand.</summary>
    Failed,
}

/// <summary>One telling of one alert to one target or user.</summary>
/// <param name="Target">Null = to a user.</param>
/// <param name="Event"><c>opened</c> or <c>closed</c>.</param>
/// <param name="Message">The same in every try, so that receivers know what they have: the header <c>webhook-id</c>, the <c>Message-ID</c>.</param>
/// <param name="NextAt">When it is tried next, while it waits.</param>
/// <param name="Status">What the last try was answered: an HTTP status or an SMTP code; null = none came.</param>
/// <param name="Answer">The last answer or failure in words.</param>
public sealed record Delivery(
    long Id, long Alert, long? Target, string TargetName, string Kind, string Event, string Message, DeliveryState State, int Attempts, DateTime CreatedAt, DateTime? NextAt, DateTime? DoneAt,
    int? Status, string? Answer);

/// <summary>What is told, to whom, in one try.</summary>
/// <param name="Secrets">Of a webhook: what it is signed with, the newest first.</param>
/// <param name="Event"><c>opened</c>, <c>closed</c> or <c>test</c>.</param>
public sealed record AlertParcel(
    string Message, string Event, DateTime At, TargetType Type, string Address, string Locale, bool AllowPrivateNetwork, ImmutableArray<string> Secrets, Alert Alert);

/// <summary>How a try ended.</summary>
/// <param name="Final">Trying again would end the same way.</param>
/// <param name="Status">An HTTP status or an SMTP code; null = none came.</param>
/// <param name="Text">The answer as it came, cut, or what went wrong.</param>
public sealed record CourierAnswer(bool Delivered, bool Final, int? Status, string Text);

/// <summary>Carries parcels. What fails is an answer, not an exception.</summary>
public interface IAlertCourier
{
    Task<CourierAnswer> CarryAsync(AlertParcel parcel, CancellationToken cancellation);
}
