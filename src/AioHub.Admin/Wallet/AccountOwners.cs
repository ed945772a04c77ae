using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Setup;

namespace AioHub.Admin.Wallet;

/// <summary>Whether somebody stands behind an account: money for an owner who does not exist would be lost.</summary>
internal sealed class AccountOwners(IdentityLists lists, RoutingDirectory routing, ConfigurationWatch watch)
{
    public async Task<bool> HasAsync(AccountRef account, CancellationToken cancellation)
    {
        if (account.Kind == AccountKind.Wallet)
        {
            return await lists.FindUserAsync(new UserId(account.OwnerId), cancellation) is not null;
        }

        if (InTable(account))
        {
            return true;
        }

        // It may have been made a moment ago, by another server.
        await watch.RefreshAsync(cancellation);
        return InTable(account);
    }

    private bool InTable(AccountRef account) => account.Kind == AccountKind.GroupQuota
        ? routing.Current.Groups.Any(group => group.Id.Value == account.OwnerId)
        : routing.Current.FindChannel(new ChannelId(account.OwnerId)) is not null;
}
