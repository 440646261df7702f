// Each thing that was used, and its price; what nobody knows the price of is said, not counted as nothing.

import type { SessionCost } from "../api/answers";
import { dollars, quantity, unitName } from "../words";

export function CostTable({ cost }: { cost: SessionCost }) {
  if (cost.lines.length === 0) {
    return null;
  }
  return (
    <>
      <h2 id="usage">Usage and cost</h2>
      <div className="table" tabIndex={0} role="region" aria-labelledby="usage">
        <table>
          <thead>
            <tr>
              <th scope="col">Provider</th>
              <th scope="col">Used</th>
              <th scope="col" className="number">
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {cost.lines.map((line) => (
              <tr key={`${line.provider} ${line.model} ${line.unit}`}>
                <th scope="row">
                  {line.provider} <small>{line.model}</small>
                </th>
                <td>
                  {quantity(line.quantity)} {unitName(line.unit)}
                </td>
                <td className="number">
                  {line.usd === null ? "no price" : dollars(line.usd)}
                  {line.unverified && <small> unverified</small>}
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>
                Total
              </th>
              <td className="number">{dollars(cost.total_usd)}</td>
            </tr>
          </tfoot>
        </table>
      </div>
      {cost.unpriced.length > 0 && <p className="note">Not in the total, for want of a price: {cost.unpriced.join(", ")}.</p>}
    </>
  );
}
