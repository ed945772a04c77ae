using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Setup;

namespace AioHub.Admin.Wallet;

/// <summary>Who stands behind an account: money for an owner who does not exist would be lost, and people know owners by their names.</summary>
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

    /// <summary>What owners are called now; those that are gone are not in it.</summary>
    public async Task<IReadOnlyDictionary<AccountRef, string>> NamesAsync(IReadOnlyCollection<AccountRef> accounts, CancellationToken cancellation)
    {
        var users = accounts.Where(static account => account.Kind == AccountKind.Wallet).Select(static account => new UserId(account.OwnerId)).ToList();
        var emails = users.Count == 0 ? new Dictionary<UserId, string>() : await lists.EmailsAsync(users, cancellation);
        return accounts.Select(account => (account, Name: account.Kind switch
        {
            AccountKind.Wallet => emails.GetValueOrDefault(new UserId(account.OwnerId)),
            AccountKind.GroupQuota => routing.Current.Groups.FirstOrDefault(group => group.Id.Value == account.OwnerId)?.Name,
            AccountKind.ChannelBudget => routing.Current.FindChannel(new ChannelId(account.OwnerId))?.Name,
            _ => throw new ArgumentOutOfRangeException(nameof(accounts), account.Kind, "There is no such kind of account."),
        })).Where(static pair => pair.Name is not null).ToDictionary(static pair => pair.account, static pair => pair.Name!);
    }

    private bool InTable(AccountRef account) => account.Kind == AccountKind.GroupQuota
        ? routing.Current.Groups.Any(group => group.Id.Value == account.OwnerId)
        : routing.Current.FindChannel(new ChannelId(account.OwnerId)) is not null;
}
