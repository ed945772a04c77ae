using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;

namespace AioHub.Admin.Keys;

/// <summary>An API key. Its secret is nowhere in it.</summary>
/// <param name="LastFour">Of the secret.</param>
/// <param name="Groups">Names in order; the first that can serve a call does.</param>
/// <param name="CrossGroupFailover">Whether the next group is tried when one fails.</param>
/// <param name="Models">Globs of models that it may call; empty = all.</param>
/// <param name="ExpiresAt">Absent = never.</param>
/// <param name="Secret">Of a new one alone, here and never again.</param>
internal sealed record KeyReply(
    long Id, string Name, string LastFour, IReadOnlyList<string> Groups, bool CrossGroupFailover, IReadOnlyList<string> Models, LimitsShape Limits, DateTime? ExpiresAt, bool Enabled,
    DateTime CreatedAt, string? Secret = null)
{
    public static KeyReply Of(KeyListing row) => new(
        row.Key.Id.Value, row.Key.Name, row.MaskedSecret[^4..], row.Key.Groups, row.Key.CrossGroupFailover, row.Key.Models, LimitsShape.Of(row.Key.Limits), row.Key.ExpiresAt, row.Key.Enabled,
        row.CreatedAt);
}
