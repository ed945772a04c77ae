using System.Collections.Immutable;
using System.Globalization;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Setup;
using AioHub.Core.Storage;
using AioHub.Host.Home;

namespace AioHub.Host.Configuration;

/// <summary>Brings a file into the database: models, channels, users, groups, <c>auto</c>, keys, settings, so that each finds what it names.</summary>
/// <param name="actor">Of ledger entries and prices.</param>
internal sealed class ConfigurationChange(HubHome home, string actor, FileProblems problems)
{
    /// <summary>
    /// The reason of ledger entries made for a file. The <c>quota_usd</c> of a group or channel is what these entries of its quota add up to: raising it by 20 puts
    /// 20 in, lowering it takes out, top-ups by hand come on top of it, and repeating it changes nothing.
    /// </summary>
    public const string LedgerReason = "configuration";

    private const int MaxActorLength = 200;

    private readonly List<ChangeReport> _reports = [];
    private readonly List<NewKey> _keys = [];

    public async Task<ConfigurationReport> ApplyAsync(
        ConfigurationContent content, bool dryRun, AppliedFile? note, Action<ConfigurationReport>? agree, CancellationToken cancellation)
    {
        var models = content.Models.Any(static model => model.Wanted.Removed)
            ? (await home.Models.ListAsync(cancellation)).Select(static model => model.Id).ToHashSet(StringComparer.OrdinalIgnoreCase)
            : [];
        var groups = (await home.Groups.ListAsync(cancellation)).Select(static group => group.Group.Name).ToHashSet(StringComparer.Ordinal);

        await using var transaction = await home.Database.BeginAsync(cancellation);
        foreach (var model in content.Models)
        {
            await OnAsync(model, $"model {model.Wanted.Draft.Id}", async wanted =>
                !wanted.Removed ? await home.Models.UpsertModelAsync(wanted.Draft with { Actor = actor }, within: transaction, cancellation: cancellation)
                : models.Contains(wanted.Draft.Id) ? await home.Models.RemoveModelAsync(wanted.Draft.Id, transaction, cancellation)
                : null);
        }

        foreach (var channel in content.Channels)
        {
            await OnAsync(channel, $"channel {channel.Wanted.Draft.Name}", async wanted =>
            {
                var report = await home.Channels.UpsertAsync(wanted.Draft, within: transaction, cancellation: cancellation);
                var quota = wanted.QuotaUsd is { } usd ? await QuotaAsync(AccountRef.Budget(new ChannelId(report.Id)), NanoUsd.FromUsd(usd), transaction, cancellation) : null;
                return quota is null ? report : report with { Changes = report.Changes.Add(quota) };
            });
        }

        foreach (var user in content.Users)
        {
            await OnAsync(user, $"user {user.Wanted.Draft.Email}", wanted => UserAsync(wanted, transaction, cancellation));
        }

        await GroupsAsync(content.Groups, groups, transaction, cancellation);
        if (content.Auto is { } auto)
        {
            await OnAsync(auto, "auto", async draft => await home.Groups.SetAutoAsync(draft, within: transaction, cancellation: cancellation));
        }

        foreach (var key in content.Keys)
        {
            await OnAsync(key, $"key {key.Wanted.Name}", async draft =>
            {
                var report = await home.Identity.UpsertKeyAsync(draft, within: transaction, cancellation: cancellation);
                if (report.Secret is { } secret && draft.Secret is null && !dryRun)
                {
                    _keys.Add(new NewKey(draft.Name, draft.User, secret));
                }

                return report.Report;
            });
        }

        if (content.Settings is { } settings)
        {
            await OnAsync(settings, "settings", async draft => await home.RouteSettings.SetAsync(draft, within: transaction, cancellation: cancellation));
        }

        var report = new ConfigurationReport([.. _reports], [.. _keys]);
        agree?.Invoke(report);
        if (!dryRun && (_reports.Count > 0 || note is not null))
        {
            await (note?.NoteAsync(transaction, cancellation) ?? Task.CompletedTask);
            await transaction.CommitAsync(cancellation);
            await home.Ledger.CommittedAsync(CancellationToken.None);
        }

        return report;
    }

    private async Task<ChangeReport?> UserAsync(DeclaredUser wanted, HubTransaction transaction, CancellationToken cancellation)
    {
        var report = await home.Identity.UpsertUserAsync(wanted.Draft, within: transaction, cancellation: cancellation);
        if (!report.Created || wanted.BalanceUsd is not > 0)
        {
            return report;
        }

        var amount = NanoUsd.FromUsd(wanted.BalanceUsd.Value);
        await home.Ledger.AddWithinAsync(transaction, AccountRef.Wallet(new UserId(report.Id)), amount, LedgerReason, actor, cancellation);
        return report with { Changes = report.Changes.Add($"balance: + {Usd(amount)} USD") };
    }

    /// <summary>New groups first, by name alone: a replacement may stand further down in the file.</summary>
    private async Task GroupsAsync(IReadOnlyList<Declared<DeclaredGroup>> all, HashSet<string> present, HubTransaction transaction, CancellationToken cancellation)
    {
        var created = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in all.Where(group => !present.Contains(group.Wanted.Draft.Name)))
        {
            await TryAsync(group.At, $"group {group.Wanted.Draft.Name}", async () =>
                created.Add((await home.Groups.UpsertAsync(new GroupDraft { Name = group.Wanted.Draft.Name }, within: transaction, cancellation: cancellation)).What));
        }

        foreach (var group in all)
        {
            await OnAsync(group, $"group {group.Wanted.Draft.Name}", async wanted =>
            {
                var report = await home.Groups.UpsertAsync(wanted.Draft with { Actor = actor }, within: transaction, cancellation: cancellation);
                var quota = wanted.QuotaUsd is { } usd ? await QuotaAsync(AccountRef.Quota(new GroupId(report.Id)), NanoUsd.FromUsd(usd), transaction, cancellation) : null;
                return report with { Created = created.Contains(report.What), Changes = quota is null ? report.Changes : report.Changes.Add(quota) };
            });
        }
    }

    private async Task<string?> QuotaAsync(AccountRef account, NanoUsd wanted, HubTransaction transaction, CancellationToken cancellation)
    {
        var present = await home.Ledger.SumAsync(account, LedgerReason, transaction, cancellation);
        if (present == wanted)
        {
            return null;
        }

        await home.Ledger.AddWithinAsync(transaction, account, wanted - present, LedgerReason, actor, cancellation);
        return $"quota_usd: {Usd(present)} → {Usd(wanted)}";
    }

    private Task OnAsync<T>(Declared<T> declared, string what, Func<T, Task<ChangeReport?>> apply) => TryAsync(declared.At, what, async () =>
    {
        if (await apply(declared.Wanted) is { Any: true } report)
        {
            _reports.Add(report);
        }
    });

    /// <summary>Gives the problems of a command the lines that they are about.</summary>
    private async Task TryAsync(YamlSection at, string what, Func<Task> apply)
    {
        try
        {
            await apply();
        }
        catch (AdminException refused)
        {
            throw new AdminException(refused.Problems.Select(problem => problems.At(at.LineOf(problem.Field), $"{what}: {problem}")));
        }
        catch (Exception failure) when (failure is ArgumentException or OverflowException)
        {
            throw new AdminException([problems.At(at.Line, $"{what}: {failure.Message}")]);
        }
    }

    private static string Usd(NanoUsd amount) => amount.ToUsd().ToString("0.#########", CultureInfo.InvariantCulture);

    /// <summary>Who acts when a file does.</summary>
    public static string ActorOf(string file) => Path.GetFileName(file) is { Length: > 0 and <= MaxActorLength } name ? name : "file";
}
