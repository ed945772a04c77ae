using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Routing;

namespace AioHub.Host.Configuration;

/// <summary>What one entry of a file asks for, and where it stands.</summary>
internal sealed record Declared<T>(T Wanted, YamlSection At);

/// <param name="QuotaUsd">Only when <see cref="GroupDraft.HasQuota"/> is true.</param>
internal sealed record DeclaredGroup(GroupDraft Draft, decimal? QuotaUsd);

/// <param name="QuotaUsd">Only when <see cref="ChannelDraft.HasQuota"/> is true.</param>
internal sealed record DeclaredChannel(ChannelDraft Draft, decimal? QuotaUsd);

internal sealed record DeclaredModel(ModelDraft Draft, bool Removed);

/// <param name="BalanceUsd">Only for a user that does not exist yet.</param>
internal sealed record DeclaredUser(UserDraft Draft, decimal? BalanceUsd);

/// <summary>A whole file, understood; nothing of it was compared with a database yet.</summary>
internal sealed record ConfigurationContent
{
    public IReadOnlyList<Declared<DeclaredModel>> Models { get; init; } = [];
    public IReadOnlyList<Declared<DeclaredChannel>> Channels { get; init; } = [];
    public IReadOnlyList<Declared<DeclaredUser>> Users { get; init; } = [];
    public IReadOnlyList<Declared<DeclaredGroup>> Groups { get; init; } = [];
    public Declared<AutoDraft>? Auto { get; init; }
    public IReadOnlyList<Declared<KeyDraft>> Keys { get; init; } = [];
    public Declared<RouteSettingsDraft>? Settings { get; init; }
}
