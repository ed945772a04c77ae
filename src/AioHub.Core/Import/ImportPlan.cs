using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;

namespace AioHub.Core.Import;

/// <summary>A user who comes over, with the money that comes along.</summary>
/// <param name="What">As the source has the user.</param>
/// <param name="Balance">Put in (or, below zero, taken out) once, whatever it is at a later run.</param>
/// <param name="LedgerKey">Under which it moves once; names the user in the source, not here.</param>
public sealed record PlannedUser(string What, UserDraft Draft, NanoUsd Balance, string LedgerKey);

/// <summary>What an import does: drafts for the same commands that people use, and what it cannot do.</summary>
public sealed record ImportPlan
{
    public ImmutableArray<ModelDraft> Models { get; init; } = [];
    public ImmutableArray<ChannelDraft> Channels { get; init; } = [];
    public ImmutableArray<PlannedUser> Users { get; init; } = [];
    /// <summary>Their members are among <see cref="Channels"/> or exist already.</summary>
    public ImmutableArray<GroupDraft> Groups { get; init; } = [];
    public ImmutableArray<KeyDraft> Keys { get; init; } = [];
    public ImmutableArray<ImportNote> Notes { get; init; } = [];
}
