using AioHub.Core.Catalog;
using AioHub.Core.Primitives;

namespace AioHub.Core.Tests.Catalog;

public sealed class GroupPriceTests
{
    private static readonly PriceRow Row = new() { Version = "", From = DateTime.UnixEpoch, Rates = new Rates { Input = 1 } };

    [Fact]
    public void Rows_are_found_by_id_in_any_case_before_aliases()
    {
        var model = new ModelInfo { Id = "Model", Vendor = "", DisplayName = "", Aliases = ["one", "two"] };
        var list = GroupPriceList.Of([new GroupPrice("two", Row with { Version = "2" }), new GroupPrice("ONE", Row with { Version = "1b", From = DateTime.UnixEpoch.AddDays(1) }), new GroupPrice("one", Row with { Version = "1a" })]);
        list.For(model).Select(static row => row.Version).ShouldBe(["1a", "1b"]);
        GroupPriceList.Of([.. list.All, new GroupPrice("model", Row with { Version = "0" })]).For(model).Single().Version.ShouldBe("0");
        list.For(model with { Aliases = [] }).ShouldBeEmpty();
        list.For(model with { Aliases = default }).ShouldBeEmpty();
        GroupPriceList.Of([]).ShouldBeSameAs(GroupPriceList.None);
    }

    [Fact]
    public void The_same_words_are_another_version_for_the_model_and_for_each_group()
    {
        string[] versions = [PriceJson.Stamp("m", Row).Version, PriceJson.Stamp("m", Row, new GroupId(1)).Version, PriceJson.Stamp("m", Row, new GroupId(2)).Version, PriceJson.Stamp("n", Row, new GroupId(1)).Version];
        versions.ShouldBeUnique();
        PriceJson.Stamp("m", Row, new GroupId(1)).Version.ShouldBe(versions[1]);
    }
}
