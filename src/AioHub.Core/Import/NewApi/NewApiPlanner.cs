using System.Globalization;

namespace AioHub.Core.Import.NewApi;

/// <summary>Makes a plan of what an installation of new-api had: no I/O, the same content over the same hub gives the same plan.</summary>
public static class NewApiPlanner
{
    /// <summary>Of channels' tags and ledger keys, unless another is named.</summary>
    public const string DefaultOrigin = "new-api";

    /// <summary>Whether a word may name an installation: it becomes part of tags.</summary>
    public static bool IsOrigin(string word) => word.Length is > 0 and <= 24 && word.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <param name="content">What it had.</param>
    /// <param name="state">What the hub has.</param>
    /// <param name="origin">Names the installation, so that a second one is not taken for the first.</param>
    /// <exception cref="Primitives.AdminException">An option that money is worked out from cannot be read.</exception>
    public static ImportPlan Plan(NewApiContent content, ImportState state, string origin = DefaultOrigin)
    {
        var notes = new ImportNotes();
        notes.AddRange(content.Gaps);
        var options = new NewApiOptions(content.Options);
        var channels = new ChannelPlan(content, state, origin, notes).All();
        var groupPlan = new GroupPlan(content, options, state, origin, notes);
        var groups = groupPlan.All(channels);
        var userPlan = new UserPlan();
        var users = userPlan.All(content, options, state, groupPlan, origin, notes);
        var keys = new KeyPlan(content, options, state, groupPlan, userPlan, notes).All();
        var models = new RatioPlan(options, state, notes).All(channels.SelectMany(static one => one.Models));
        Codes(content, options, notes);
        notes.Left("statistics and logs", "what was used, request logs, dashboards and tasks stay with new-api", "keep its database as long as you need them");
        return new ImportPlan { Models = models, Channels = [.. channels.Select(static one => one.Draft)], Users = users, Groups = groups, Keys = keys, Notes = [.. notes.All] };
    }

    private static void Codes(NewApiContent content, NewApiOptions options, ImportNotes notes)
    {
        foreach (var batch in content.Codes.Where(static code => code is { Deleted: false, Status: 1 }).GroupBy(static code => (code.Name, code.Quota)))
        {
            var usd = batch.Key.Quota / options.QuotaPerUsd;
            notes.Left(string.Create(CultureInfo.InvariantCulture, $"{batch.Count()} unused redemption codes '{batch.Key.Name}'"), "codes of another form than ours cannot be taken over",
                string.Create(CultureInfo.InvariantCulture, $"make new ones: `aiohub codes create --count {batch.Count()} --usd {usd:0.######} --reason …`"));
        }
    }
}
