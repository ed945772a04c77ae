using AioHub.Core.Catalog;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Configuration;

/// <summary>Reads an entry of <c>models</c>.</summary>
internal static class ModelReader
{
    public static DeclaredModel Read(YamlSection model)
    {
        var id = model.RequiredText("id");
        var capabilities = model.Names<Needs>("capabilities", "capability", CapabilityNames.TryParse, CapabilityNames.All);
        var draft = new ModelDraft
        {
            Id = id,
            Vendor = model.Text("vendor"),
            DisplayName = model.Text("display_name"),
            Kind = model.Choice<ModelKind>("kind"),
            Aliases = model.Texts("aliases"),
            ContextWindow = model.Int("context_window"),
            LongContextWindow = model.Int("long_context_window"),
            MaxOutputTokens = model.Int("max_output_tokens"),
            Capabilities = capabilities?.Aggregate(Needs.None, static (all, one) => all | one),
            OpenWeights = model.Flag("open_weights"),
            ReleasedOn = model.Day("released_on"),
            Prices = PriceReader.ReadAll(model, "prices", id),
        };
        return new DeclaredModel(draft, model.Flag("removed") ?? false);
    }
}
