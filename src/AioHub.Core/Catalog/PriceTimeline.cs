using System.Collections.Immutable;

namespace AioHub.Core.Catalog;

/// <summary>What a model costs in a group from now on, told as rows of one list.</summary>
public static class PriceTimeline
{
    /// <summary>The group's own row where one is in force, else the model's; from this moment on.</summary>
    /// <param name="own">The group's rows, ascending.</param>
    /// <param name="list">The model's own, ascending.</param>
    /// <returns>
    /// Ascending rows of which at most one is in force at any moment, with the words and the version of the row that they are part of. What is in force now keeps the
    /// moment at which it began.
    /// </returns>
    public static ImmutableArray<PriceRow> Of(ImmutableArray<PriceRow> own, ImmutableArray<PriceRow> list, DateTime now)
    {
        var moments = own.Concat(list).SelectMany(static row => new[] { row.From, row.To }).OfType<DateTime>().Where(moment => moment > now).Append(now).Distinct().Order().ToArray();
        var rows = ImmutableArray.CreateBuilder<PriceRow>();
        PriceRow? before = null;
        for (var i = 0; i < moments.Length; i++)
        {
            var row = PriceRow.InForce(own, moments[i]) ?? PriceRow.InForce(list, moments[i]);
            var end = i + 1 < moments.Length ? moments[i + 1] : default(DateTime?);
            if (row is null)
            {
                before = null;
                continue;
            }

            if (ReferenceEquals(row, before))
            {
                rows[^1] = rows[^1] with { To = end };
            }
            else
            {
                rows.Add(row with { From = i == 0 ? row.From : moments[i], To = end });
            }

            before = row;
        }

        return rows.ToImmutable();
    }
}
