using System.Text;
using AioHub.Core.Catalog;
using AioHub.TestKit;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Catalog;

public sealed class BuiltinCatalogTests
{
    [Fact]
    public void Every_embedded_file_is_read()
    {
        var folder = Path.Combine(Repository.Root, "src", "AioHub.Core", "Catalog", "Builtin");
        var models = Directory.GetFiles(folder, "*.json").SelectMany(static file => BuiltinCatalog.Read(File.ReadAllBytes(file))).ToList();
        models.ShouldNotBeEmpty();
        BuiltinCatalog.Models.Select(static model => model.Id).ShouldBe(models.Select(static model => model.Id), ignoreOrder: true);
        BuiltinCatalog.Models.ShouldAllBe(static model => model.Id.Length > 0 && model.Id.Length <= ModelName.MaxLength && model.Source.Length > 0);
        BuiltinCatalog.Models.Where(static model => model.Prices.IsEmpty).Count().ShouldBeLessThan(5);
    }

    [Fact]
    public void The_sandbox_models_are_there_and_cost_nothing()
    {
        foreach (var id in new[] { "sandbox/echo", "sandbox/tool", "sandbox/think", "sandbox/image" })
        {
            var price = BuiltinCatalog.Models.Single(model => model.Id == id).PriceAt(new DateTime(2026, 11, 22, 0, 0, 0, DateTimeKind.Utc)).ShouldNotBeNull();
            price.Rates.Input.ShouldBe(0);
            price.Rates.Output.ShouldBe(0);
        }
    }

    [Fact]
    public void A_file_is_read_with_all_its_members()
    {
        var model = BuiltinCatalog.Read(Encoding.UTF8.GetBytes("""
            {"vendor":"v","vendor_name":"V","checked_on":"2026-11-20","models":[{"id":"m","display_name":"M","aliases":["m-latest"],"released_on":"2026-02-01",
             "context_window":200000,"long_context_window":1000000,"max_output_tokens":64000,"kind":"embedding","capabilities":["tools","pdf","vision"],"open_weights":true,
             "source":"a page","source_date":"2026-11-01","note":"ignored","prices":[{"from":"2026-06-01","input":1},{"from":"2026-02-01","input":2}]}]}
            """)).ShouldHaveSingleItem();
        model.Vendor.ShouldBe("v");
        model.DisplayName.ShouldBe("M");
        model.Aliases.ShouldBe(["m-latest"]);
        model.ReleasedOn.ShouldBe(new DateOnly(2026, 2, 1));
        (model.ContextWindow, model.LongContextWindow, model.MaxOutputTokens).ShouldBe((200_000, 1_000_000, 64_000));
        model.Kind.ShouldBe(ModelKind.Embedding);
        model.Capabilities.ShouldBe(Needs.Tools | Needs.Documents | Needs.Images);
        model.OpenWeights.ShouldBeTrue();
        (model.Source, model.SourceDate).ShouldBe(("a page", new DateOnly(2026, 11, 1)));
        model.Prices.Select(static price => price.Rates.Input).ShouldBe([2m, 1m]);
    }

    [Theory]
    [InlineData("""{"id":"m","kind":"poem"}""")]
    [InlineData("""{"id":"m","capabilities":["flying"]}""")]
    [InlineData("""{"id":"m","prices":[{"input":1}]}""")]
    [InlineData("""{"display_name":"m"}""")]
    [InlineData("""{"id":"m","context_window":"big"}""")]
    public void A_wrong_model_is_named(string model) =>
        Should.Throw<FormatException>(() => BuiltinCatalog.Read(Encoding.UTF8.GetBytes($$"""{"vendor":"v","models":[{{model}}]}"""))).Message.ShouldContain("of v");

    [Fact]
    public void Capability_names_go_both_ways()
    {
        foreach (var need in Enum.GetValues<Needs>().Where(static need => need != Needs.None))
        {
            CapabilityNames.TryParse(CapabilityNames.Of(need), out var back).ShouldBeTrue();
            back.ShouldBe(need);
        }

        CapabilityNames.ListOf(Needs.Tools | Needs.Stateful).ShouldBe(["tools", "stateful"]);
        CapabilityNames.ListOf(Needs.None).ShouldBeEmpty();
    }
}
